import { exchange, GET_HEALTH, HOST, JSON_TYPE, postWork, problemCode } from './support/requests';
import { Service } from './support/service';

let service: Service;

beforeAll(async () => {
  service = await Service.start();
});
afterAll(() => service.stop());

const BODY = '{"name":"never"}';
const CHUNKS = '10\r\n{"name":"never"}\r\n0\r\n\r\n';
const chunked = (chunks: string, coding = 'Transfer-Encoding: chunked\r\n') =>
  `POST /work HTTP/1.1\r\n${HOST}${JSON_TYPE}${coding}\r\n${chunks}`;
const get = (head: string) => `GET /health HTTP/1.1\r\n${head}\r\n`;
const length = (...values: string[]) =>
  `POST /work HTTP/1.1\r\n${HOST}${JSON_TYPE}${values.map((v) => `Content-Length: ${v}\r\n`).join('')}\r\n${BODY}`;

describe('a request that nobody can be sure to read as it was meant', () => {
  it.each<[what: string, bytes: string, status: number]>([
    ['a length and chunks', chunked(CHUNKS, 'Content-Length: 16\r\nTransfer-Encoding: chunked\r\n'), 400],
    ['chunks and a length', chunked(CHUNKS, 'Transfer-Encoding: chunked\r\nContent-Length: 16\r\n'), 400],
    ['two lengths', length('16', '15'), 400],
    ['the same length twice', length('16', '16'), 400],
    ['a list of lengths', length('16, 16'), 400],
    ['a length with a sign', length('+16'), 400],
    ['a negative length', length('-1'), 400],
    ['a hexadecimal length', length('0x10'), 400],
    ['a length beyond 64 bits', length('99999999999999999999'), 400],
    ['an unknown coding', chunked(CHUNKS, 'Transfer-Encoding: xchunked\r\n'), 400],
    ['a coding behind chunked', chunked(CHUNKS, 'Transfer-Encoding: chunked, identity\r\n'), 400],
    ['a coding before chunked', chunked(CHUNKS, 'Transfer-Encoding: gzip, chunked\r\n'), 501],
    ['two codings', chunked(CHUNKS, 'Transfer-Encoding: chunked\r\nTransfer-Encoding: cow\r\n'), 400],
    ['a blank before the colon', chunked(CHUNKS, 'Transfer-Encoding : chunked\r\n'), 400],
    ['chunks in HTTP/1.0', chunked(CHUNKS).replace('HTTP/1.1', 'HTTP/1.0'), 400],
    ['a chunk size that is none', chunked(`zz${CHUNKS}`), 400],
    ['a chunk size with 0x', chunked(`0x${CHUNKS}`), 400],
    ['a chunk size beyond 64 bits', chunked(`fffffffffffffffff\r\n${BODY}`), 400],
    ['a chunk size ended by a bare LF', chunked(CHUNKS.replace('\r', '')), 400],
    ['a chunk longer than it says', chunked(`f\r\n${BODY}\r\n0\r\n\r\n`), 400],
    ['a chunk extension ended by a bare LF', chunked(`10;a\n${BODY}\r\n0\r\n\r\n`), 400],
    ['chunk extensions without end', chunked(`10;${'a'.repeat(20_000)}\r\n${BODY}\r\n0\r\n\r\n`), 413],
    ['bare LFs', get(HOST).replaceAll('\r', ''), 400],
    ['one bare LF', get('Host: a\nX: y\r\n'), 400],
    ['a bare CR', get('Host: a\rX: y\r\n'), 400],
    ['a folded line', get(`${HOST}X: a\r\n b\r\n`), 400],
    ['a folded Transfer-Encoding', chunked(CHUNKS, 'Transfer-Encoding:\r\n chunked\r\n'), 400],
    ['a blank before the first header', get(` X: y\r\n${HOST}`), 400],
    ['a NUL in a header', get(`${HOST}X: a\0b\r\n`), 400],
    ['a header without a colon', get(`${HOST}X\r\n`), 400],
    ['a header without a name', get(`${HOST}: y\r\n`), 400],
    ['no host', get(''), 400],
    ['two hosts', get(HOST + HOST), 400],
    ['a host with a path', get('Host: example.org/work\r\n'), 400],
    ['two content types', postWork(BODY, `${JSON_TYPE}Content-Type: text/plain\r\n`), 400],
    ['a fragment', get(HOST).replace('/health', '/health#/work'), 400],
    ['a blank in the target', get(HOST).replace('/health', '/health /work'), 400],
    ['a target without a slash', get(HOST).replace('/health', 'health'), 400],
    ['a byte above ASCII in the target', get(HOST).replace('/health', '/h\xe9alth'), 400],
    ['an unknown method', get(HOST).replace('GET', 'BREW'), 400],
    ['a method in lower case', get(HOST).replace('GET', 'get'), 400],
    ['CONNECT', `CONNECT example.org:443 HTTP/1.1\r\n${HOST}\r\n`, 400],
    ['HTTP/0.9', 'GET /health\r\n\r\n', 505],
    ['HTTP/2.0', get(HOST).replace('1.1', '2.0'), 505],
    ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400],
    ['a TLS handshake', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 400],
    ['rubbish', '\0\xff\0\xff\r\n\r\n', 400],
    ['a head of 20,000 bytes', get(`${HOST}X: ${'a'.repeat(20_000)}\r\n`), 431],
    ['a target of 20,000 bytes', get(HOST).replace('/health', `/${'a'.repeat(20_000)}`), 431],
    ['101 headers', get(HOST + 'X: y\r\n'.repeat(100)), 431],
    ['3,000 headers, of which Node drops some', get(HOST + 'a:\r\n'.repeat(3_000)), 431],
  ])('gets one answer, and the connection is closed: %s', async (_what, bytes, status) => {
    const { answers, end } = await exchange(service.port, bytes);
    expect(answers.map((answer) => answer.status)).toEqual([status]);
    expect(answers[0]?.headers.get('connection')).toBe('close');
    expect(problemCode(answers[0] as never)).toMatch(/^[a-z_]+$/);
    expect(end).toBe('fin');
  });

  it('takes the answers before it along, and none after it', async () => {
    const { answers, end } = await exchange(
      service.port,
      `${GET_HEALTH}${GET_HEALTH}BREW\r\n\r\n${GET_HEALTH}`,
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 400]);
    expect(end).toBe('fin');
  });
});

describe('a request that is odd but clear', () => {
  it.each<[what: string, bytes: string, status: number]>([
    ['an absolute target', get(HOST).replace('/health', 'http://example.org/health'), 200],
    ['an empty host', get('Host:\r\n'), 200],
    ['an IPv6 host', get('Host: [::1]:3000\r\n'), 200],
    ['100 headers', get(HOST + 'X: y\r\n'.repeat(99)), 200],
    ['a query', get(HOST).replace('/health', '/health?x=1'), 200],
    ['an expectation that nobody knows', get(`${HOST}Expect: tea\r\n`), 200],
    ['an upgrade to what we do not speak', get(`${HOST}Connection: upgrade\r\nUpgrade: h2c\r\n`), 200],
    ['an upper-case path', postWork(BODY).replace('/work', '/WORK'), 404],
    ['a slash too many at the end', postWork(BODY).replace('/work', '/work/'), 404],
    ['a slash too many at the start', postWork(BODY).replace('/work', '//work'), 404],
    ['an escaped letter', postWork(BODY).replace('/work', '/%77ork'), 404],
    ['a parameter', postWork(BODY).replace('/work', '/work;x'), 404],
    ['dots', postWork(BODY).replace('/work', '/x/../work'), 404],
    ['a broken escape', get(HOST).replace('/health', '/%'), 404],
    ['a broken escape in an id', get(HOST).replace('/health', '/work/%ff'), 400],
    ['another path, with any method', get(HOST).replace('GET /health', 'PROPFIND /nothing'), 404],
  ])('gets one answer, and the connection goes on: %s', async (_what, bytes, status) => {
    const { answers, end } = await exchange(service.port, bytes);
    expect(answers.map((answer) => answer.status)).toEqual([status]);
    expect(answers[0]?.headers.has('allow')).toBe(false);
    if (status >= 400) expect(problemCode(answers[0] as never)).toMatch(/^[a-z_]+$/);
    expect(end).toBe('open');
  });

  it.each<[what: string, bytes: string, allow: string]>([
    ['GET where only POST is', get(HOST).replace('/health', '/work'), 'POST'],
    ['DELETE where only POST is', get(HOST).replace('GET /health', 'DELETE /work'), 'POST'],
    ['POST where only GET is', postWork(BODY).replace('/work', '/health'), 'HEAD, GET'],
    ['OPTIONS', get(HOST).replace('GET /health', 'OPTIONS /work'), 'POST'],
    ['TRACE', get(HOST).replace('GET', 'TRACE'), 'HEAD, GET'],
    ['a method of WebDAV', get(HOST).replace('GET', 'PROPFIND'), 'HEAD, GET'],
  ])('is told what the path takes: %s', async (_what, bytes, allow) => {
    const { answers, end } = await exchange(service.port, bytes);
    expect(answers.map((answer) => [answer.status, problemCode(answer)])).toEqual([
      [405, 'method_not_allowed'],
    ]);
    expect(answers[0]?.headers.get('allow')).toBe(allow);
    expect(end).toBe('open');
  });

  it.each([
    ['too large', `${JSON_TYPE}Content-Length: 200000\r\n`, 413],
    ['of the wrong type', 'Content-Type: text/plain\r\nContent-Length: 16\r\n', 415],
  ])(
    'is refused before 100 Continue, and the connection closed, if its body is %s',
    async (_what, head, status) => {
      const { answers, end } = await exchange(
        service.port,
        `POST /work HTTP/1.1\r\n${HOST}Expect: 100-continue\r\n${head}\r\n`,
      );
      expect(answers.map((answer) => answer.status)).toEqual([status]);
      expect(end).toBe('fin');
    },
  );
});

it('leaves no row and no internal error behind', async () => {
  expect(await service.names()).toEqual([]);
  expect(service.errors).toEqual([]);
  expect(service.alive).toBe(true);
});
