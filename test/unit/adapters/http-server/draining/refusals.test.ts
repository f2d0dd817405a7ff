import {
  judgeClientError,
  plainRefusal,
  type Refusal,
  Refusals,
} from '../../../../../src/adapters/http-server/draining/refusals';

describe('judgeClientError', () => {
  it.each([
    ['HPE_INVALID_METHOD', 'malformed'],
    ['HPE_INVALID_EOF_STATE', 'malformed'],
    ['ERR_HTTP_REQUEST_TIMEOUT', 'timed-out'],
    ['HPE_CHUNK_EXTENSIONS_OVERFLOW', 'chunk-extensions-too-large'],
    ['HPE_HEADER_OVERFLOW', 'head-too-large'],
    ['HPE_CLOSED_CONNECTION', 'ignore'],
    ['ECONNRESET', 'destroy'],
    ['EPIPE', 'destroy'],
  ])('says of %s: %s', (code, verdict) => {
    expect(judgeClientError(Object.assign(new Error(code), { code }))).toBe(verdict);
  });
});

describe('a refusal on a connection', () => {
  const split = (text: string) => {
    const [head = '', body = ''] = text.split('\r\n\r\n');
    const [statusLine, ...headers] = head.split('\r\n');
    return { statusLine, headers, body };
  };

  it('is a complete answer that looks as it was told to, and closes the connection', () => {
    const asked: Refusal[] = [];
    const refusals = new Refusals((refusal) => {
      asked.push(refusal);
      return { headers: { 'Content-Type': 'text/x' }, body: 'bödy' };
    });
    expect(split(refusals.bytes('timed-out'))).toEqual({
      statusLine: 'HTTP/1.1 408 Request Timeout',
      headers: ['Content-Type: text/x', 'Content-Length: 5', 'Connection: close'],
      body: 'bödy',
    });
    expect(asked).toEqual([{ kind: 'timed-out', status: 408, method: undefined }]);
  });

  it('is plain text where nobody says otherwise, and says when to ask again where that helps', () => {
    const { headers, body } = split(new Refusals(plainRefusal).bytes('not-run'));
    expect([headers[0], headers[1], body]).toEqual([
      'Content-Type: text/plain',
      'Retry-After: 1',
      'Service Unavailable\n',
    ]);
    expect(split(new Refusals(plainRefusal).bytes('malformed')).headers).not.toContain('Retry-After: 1');
  });
});
