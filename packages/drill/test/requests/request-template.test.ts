import { inPieces, wholeRequest } from '../../src/requests/request-bytes';
import { RequestTemplate, type RequestWords } from '../../src/requests/request-template';

const text = (words: RequestWords, shape = {}) =>
  wholeRequest(new RequestTemplate(words).bytes('id-7', '127.0.0.1:80', shape)).toString();

test('the id goes into the path, the fields and the body, as often as it is asked for', () => {
  const words = {
    request: 'put /orders/{{id}}?again={{ id }}',
    headers: { 'X-Id': 'a {{id}}', 'content-type': 'text/plain' },
    body: '{{id}}|{{id}}',
  };
  expect(text(words)).toBe(
    'PUT /orders/id-7?again=id-7 HTTP/1.1\r\nHost: 127.0.0.1:80\r\nX-Id: a id-7\r\ncontent-type: text/plain\r\nContent-Length: 9\r\n\r\nid-7|id-7',
  );
  expect(new RequestTemplate(words).isTracked).toBe(true);
});

test('a path alone is a GET without a body or an id', () => {
  expect(text({ request: '/' })).toBe('GET / HTTP/1.1\r\nHost: 127.0.0.1:80\r\n\r\n');
  expect(new RequestTemplate({ request: '/' }).isTracked).toBe(false);
});

test('what is not a text is sent as JSON, and says so unless something else was said', () => {
  expect(text({ request: 'POST /', body: { id: '{{id}}' } })).toContain(
    'content-type: application/json\r\nContent-Length: 13\r\n\r\n{"id":"id-7"}',
  );
  const own = text({ request: 'POST /', headers: { 'Content-Type': 'application/vnd.x+json' }, body: {} });
  expect(own.match(/content-type/gi)).toHaveLength(1);
});

test('a length counts bytes, and a body that must be there but is empty has one too', () => {
  expect(text({ request: 'POST /', body: 'é{{id}}' })).toContain('Content-Length: 6\r\n');
  expect(text({ request: 'POST /' })).toContain('Content-Length: 0\r\n');
  expect(text({ request: 'DELETE /x' })).not.toContain('Content-Length');
});

test('a host of the user’s own is the only one', () => {
  expect(text({ request: '/', headers: { host: 'shop.example' } }).match(/host: .*/gi)).toEqual([
    'host: shop.example',
  ]);
});

test('only JSON is made longer, and stays the same JSON', () => {
  const template = new RequestTemplate({ request: 'POST /', body: '{"id":"{{id}}"}\n' });
  const { body } = template.bytes('id-7', 'x', { bodyBytes: 500 });
  expect([body.length, JSON.parse(body.toString())]).toEqual([500, { id: 'id-7' }]);
  const form = new RequestTemplate({ request: 'POST /', body: 'id={{id}}' });
  expect(form.bytes('id-7', 'x', { bodyBytes: 500 }).body.toString()).toBe('id=id-7');
});

test('a text is sent as it is, with the white space at its end, and made longer by bytes', () => {
  const template = new RequestTemplate({ request: 'POST /', body: ' {"id":"{{id}}","é":1}\r\n' });
  expect(template.bytes('id-7', 'x').body.toString()).toBe(template.parts('id-7').body);
  const { body } = template.bytes('id-7', 'x', { bodyBytes: 500 });
  expect([body.length, body.toString().endsWith('}\r\n')]).toEqual([500, true]);
});

test('a request in pieces is the request, with and without a body', () => {
  for (const words of [{ request: 'GET /a/long/path' }, { request: 'POST /', body: 'id={{id}}' }]) {
    const bytes = new RequestTemplate(words).bytes('id-7', 'x');
    const pieces = inPieces(bytes, 9);
    expect(pieces.length).toBeGreaterThan(5);
    expect(pieces.length).toBeLessThanOrEqual(9);
    expect(Buffer.concat(pieces)).toEqual(wholeRequest(bytes));
  }
});

const WRONG: readonly [RequestWords, string][] = [
  [{ request: 'POST' }, 'is no request'],
  [{ request: 'POST /a b' }, 'is no request'],
  [{ request: 'PO(ST /a' }, 'is no request'],
  [{ request: 'GET /ü' }, 'ASCII'],
  [{ request: 'GET /{{idd}}' }, '{{idd}} is not known'],
  [{ request: 'GET /', body: '{{port}}' }, '{{port}} is not known'],
  [{ request: 'GET /', headers: { 'a b': 'x' } }, 'no name of a header field'],
  [{ request: 'GET /', headers: { a: 'x\r\nb: y' } }, 'end of a line'],
  [{ request: 'GET /', headers: { 'Content-Length': '4' } }, 'written by the drill'],
  [{ request: 'GET /', expect: { status: '20' } }, 'is no status'],
  [{ request: 'GET /', expect: { body: '/(/' } }, 'Invalid regular expression'],
];

test.each(WRONG)('%j is refused', (words, message) => {
  expect(() => new RequestTemplate(words)).toThrow(message);
});
