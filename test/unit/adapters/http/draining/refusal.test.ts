import {
  inPlaceOfHandler,
  refusalText,
  SHUTTING_DOWN,
  TIMED_OUT,
} from '../../../../../src/adapters/http/draining/refusal';

const split = (text: string) => {
  const [head = '', body = ''] = text.split('\r\n\r\n');
  const [statusLine, ...headers] = head.split('\r\n');
  return { statusLine, headers, body };
};

it.each([
  ['POST', 'outcome_unknown', /Idempotency-Key/],
  ['DELETE', 'outcome_unknown', /not known whether/],
  ['GET', 'shutting_down', /^(?!.*Idempotency)/],
  ['HEAD', 'shutting_down', /^(?!.*Idempotency)/],
])('says of a %s whose handler is still at work what may have become of it', (method, code, detail) => {
  expect(inPlaceOfHandler(method)).toMatchObject({
    status: 503,
    code,
    detail: expect.stringMatching(detail),
  });
});

describe('refusalText', () => {
  it('is a complete answer with a problem document, and closes the connection', () => {
    const { statusLine, headers, body } = split(refusalText(TIMED_OUT));
    expect(statusLine).toBe('HTTP/1.1 408 Request Timeout');
    expect(headers).toEqual(
      expect.arrayContaining([
        'Content-Type: application/problem+json',
        `Content-Length: ${Buffer.byteLength(body)}`,
        'Connection: close',
      ]),
    );
    expect(JSON.parse(body)).toEqual({
      title: 'Request Timeout',
      status: 408,
      code: 'request_timeout',
      detail: expect.any(String),
    });
  });

  it('says when to ask again where that helps', () => {
    expect(split(refusalText(SHUTTING_DOWN)).headers).toContain('Retry-After: 1');
  });
});
