import { judgeClientError } from '../../../../../src/adapters/http/draining/client-error';

const status = (code: string) => {
  const verdict = judgeClientError(Object.assign(new Error(code), { code }));
  return verdict.kind === 'refuse' ? verdict.refusal.status : verdict.kind;
};

describe('judgeClientError', () => {
  it('refuses what the parser cannot read, each with its own status', () => {
    expect(status('HPE_INVALID_METHOD')).toBe(400);
    expect(status('HPE_INVALID_EOF_STATE')).toBe(400);
    expect(status('ERR_HTTP_REQUEST_TIMEOUT')).toBe(408);
    expect(status('HPE_CHUNK_EXTENSIONS_OVERFLOW')).toBe(413);
    expect(status('HPE_HEADER_OVERFLOW')).toBe(431);
  });

  it('ignores bytes after a request that said Connection: close', () => {
    expect(status('HPE_CLOSED_CONNECTION')).toBe('ignore');
  });

  it('answers nobody on a broken connection', () => {
    expect(status('ECONNRESET')).toBe('destroy');
    expect(status('EPIPE')).toBe('destroy');
  });
});
