import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { type Answer, AnswerReader } from '../../src/client/answer-reader';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
const CHUNKED =
  'HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1;x=y\r\nd\r\n0\r\n\r\n';
const WITH_TRAILERS =
  'HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\nTrailer: a\r\n\r\n2\r\nxy\r\n0\r\na: 1\r\nb: 2\r\n\r\n';
const CLOSING = 'HTTP/1.1 503 Service Unavailable\r\nconnection: Close\r\ncontent-length: 0\r\n\r\n';
const INTERIM = 'HTTP/1.1 100 Continue\r\n\r\n';

/** Feeds `text` in pieces of `size` bytes. */
function read(text: string, size: number): { answers: Answer[]; reader: AnswerReader } {
  const reader = new AnswerReader();
  const answers: Answer[] = [];
  for (let at = 0; at < text.length; at += size)
    answers.push(...reader.read(Buffer.from(text.slice(at, at + size))));
  return { answers, reader };
}

test('pipelined answers are told apart, however the bytes are cut', () => {
  const text = OK + INTERIM + CHUNKED + WITH_TRAILERS + CLOSING;
  for (let size = 1; size <= text.length; size += 1) {
    expect(read(text, size).answers).toEqual([
      { status: 200, closing: false, headers: { 'content-length': '2' }, body: 'ok' },
      { status: 201, closing: false, headers: { 'transfer-encoding': 'chunked' }, body: 'abcd' },
      { status: 201, closing: false, headers: { 'transfer-encoding': 'chunked', trailer: 'a' }, body: 'xy' },
      { status: 503, closing: true, headers: { connection: 'Close', 'content-length': '0' }, body: '' },
    ]);
  }
});

test('an answer that is cut short is no answer', () => {
  for (const text of [OK, CHUNKED, WITH_TRAILERS, CLOSING]) {
    for (let length = 0; length < text.length; length += 1) {
      const { answers, reader } = read(text.slice(0, length), 7);
      expect(answers).toEqual([]);
      expect(reader.end()).toBeNull();
    }
  }
});

test('an answer without a length ends with the connection', () => {
  const { answers, reader } = read('HTTP/1.0 200 OK\r\n\r\nuntil the end', 5);
  expect(answers).toEqual([]);
  expect(reader.end()).toEqual({
    status: 200,
    closing: true,
    headers: {},
    body: 'until the end',
  });
});

test('an answer to HEAD has no body, whatever its length says', () => {
  const reader = new AnswerReader(() => true);
  const answers = reader.read(Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n'));
  expect(answers).toMatchObject([{ status: 200, body: '' }]);
});

test('only the answer to HEAD has no body, wherever it stands among others and however the bytes are cut', () => {
  const toHead = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n';
  const texts = [OK, toHead, CHUNKED, toHead, OK];
  const bytes = Buffer.from(texts.join(''));
  for (let size = 1; size <= bytes.length; size += 1) {
    const waiting = [...texts];
    const reader = new AnswerReader((number) => waiting[number] === toHead);
    const bodies: string[] = [];
    for (let at = 0; at < bytes.length; at += size)
      for (const { body } of reader.read(bytes.subarray(at, at + size))) {
        bodies.push(body);
        waiting.shift();
      }
    expect(bodies).toEqual(['ok', '', 'abcd', '', 'ok']);
  }
});

const CHUNKED_HEAD = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';

test.each(['-6', '12zz', '0x2', '', ' 2', '123456789'])('"%s" is no size of a chunk', (size) => {
  expect(() => read(`${CHUNKED_HEAD}${size}\r\nab\r\n0\r\n\r\n`, 1000)).toThrow('a chunk without a size');
});

test('many chunks take time in proportion to their number', () => {
  const ms = (chunks: number) => {
    const text = `${CHUNKED_HEAD}${'1\r\na\r\n'.repeat(chunks)}0\r\n\r\n`;
    const began = performance.now();
    expect(read(text, 600).answers[0]?.body).toHaveLength(chunks);
    return performance.now() - began;
  };
  ms(1000);
  expect(ms(40_000)).toBeLessThan(2000);
});

test('a field that comes twice has both values, and a length that is none is named', () => {
  const { answers } = read('HTTP/1.1 204 X\r\nSet-Cookie: a=1\r\nset-cookie: b=2\r\n\r\n', 100);
  expect(answers[0]?.headers).toEqual({ 'set-cookie': 'a=1, b=2' });
  expect(() => read('HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n', 100)).toThrow('not a Content-Length: x');
});

test('bytes that are not HTTP are named', () => {
  expect(() => read('SSH-2.0-OpenSSH\r\n\r\n', 100)).toThrow('not an HTTP/1 answer: SSH-2.0-OpenSSH');
});

const coded = (coding: string, body: Buffer) =>
  Buffer.concat([
    Buffer.from(`HTTP/1.1 200 OK\r\nContent-Encoding: ${coding}\r\nContent-Length: ${body.length}\r\n\r\n`),
    body,
  ]);

test.each([
  ['gzip', gzipSync],
  ['deflate', deflateSync],
  ['br', brotliCompressSync],
] as const)('a body in %s is read as what it says, and one that is cut short is told', (coding, compress) => {
  const body = compress('what it says');
  expect(new AnswerReader().read(coded(coding, body))).toMatchObject([{ body: 'what it says' }]);
  const [cut] = new AnswerReader().read(coded(coding, body.subarray(0, -3)));
  expect(cut?.flaw).toContain(`no whole ${coding}`);
});

test('a body that the coding was never applied to is told, and one in an unknown coding is left alone', () => {
  const [plain, other] = new AnswerReader().read(
    Buffer.concat([coded('gzip', Buffer.from('plain')), coded('unheard-of', Buffer.from('plain'))]),
  );
  expect(plain?.flaw).toContain('no whole gzip');
  expect(other).toMatchObject({ body: 'plain' });
  expect(other?.flaw).toBeUndefined();
});

test('an answer to HEAD may name a coding, and has nothing in it', () => {
  const [answer] = new AnswerReader(() => true).read(coded('gzip', Buffer.alloc(0)));
  expect(answer?.flaw).toBeUndefined();
});
