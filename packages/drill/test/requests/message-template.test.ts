import { MessageTemplate, type MessageWords } from '../../src/requests/message-template';

const template = (over: Partial<MessageWords> = {}) =>
  new MessageTemplate({ path: '/', message: '{"job":"{{id}}"}', ack: 'done: {{id}}', ...over }, 1);

test('a message has its id, and so has what acknowledges it', () => {
  expect(template().text('a-1')).toBe('{"job":"a-1"}');
  expect(template().acknowledges('done: a-1, at last', 'a-1')).toBe(true);
  expect(template().acknowledges('done: a-2', 'a-1')).toBe(false);
  expect(template({ ack: undefined }).acknowledges('done: a-1', 'a-1')).toBe(false);
});

test('a goodbye is answered in the words that were agreed on', () => {
  const plain = template({ goodbye: { says: 'bye', answer: 'see you' } });
  expect(plain.answerToGoodbye('goodbye')).toBe('see you');
  expect(plain.answerToGoodbye('hello')).toBeNull();
  expect(template().answerToGoodbye('goodbye')).toBeNull();
  const numbered = template({ goodbye: { says: '/^42(\\d+)\\["goodbye"\\]$/', answer: '43$1[]' } });
  expect(numbered.answerToGoodbye('4217["goodbye"]')).toBe('4317[]');
  expect(numbered.answerToGoodbye('42["goodbye"]')).toBeNull();
});

test('a goodbye is heard every time, whatever the flags of its expression', () => {
  for (const says of ['/bye (\\d)/g', '/bye (\\d)/y']) {
    const asked = template({ goodbye: { says, answer: '$1' } });
    expect([1, 2, 3].map((number) => asked.answerToGoodbye(`bye ${number}`))).toEqual(['1', '2', '3']);
  }
});

const WRONG: readonly [Partial<MessageWords>, string][] = [
  [{ headers: { 'x y': '1' } }, '"x y" is no name of a header field'],
  [{ headers: { x: '1\r\ny: 2' } }, 'the header field x may not hold the end of a line'],
  [{ headers: { connection: 'close' } }, 'written by the drill itself'],
  [
    { headers: { 'x-id': '{{id}}' } },
    'the header field x-id may not hold {{id}}: a WebSocket has many messages',
  ],
  [{ path: '/{{id}}' }, 'the path may not hold {{id}}'],
];

test.each(WRONG)('%j is refused', (words, message) => {
  expect(() => template(words)).toThrow(message);
});
