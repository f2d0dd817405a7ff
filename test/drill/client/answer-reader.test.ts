import { type Answer, AnswerReader } from './answer-reader';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
const CHUNKED =
  'HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1;x=y\r\nd\r\n0\r\n\r\n';
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
  const text = OK + INTERIM + CHUNKED + CLOSING;
  for (let size = 1; size <= text.length; size += 1) {
    expect(read(text, size).answers).toEqual([
      { status: 200, closing: false, body: 'ok' },
      { status: 201, closing: false, body: 'abcd' },
      { status: 503, closing: true, body: '' },
    ]);
  }
});

test('an answer that is cut short is no answer', () => {
  for (const text of [OK, CHUNKED, CLOSING]) {
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
  expect(reader.end()).toEqual({ status: 200, closing: true, body: 'until the end' });
});

test('bytes that are not HTTP are named', () => {
  expect(() => read('SSH-2.0-OpenSSH\r\n\r\n', 100)).toThrow('not an HTTP/1 answer: SSH-2.0-OpenSSH');
});
