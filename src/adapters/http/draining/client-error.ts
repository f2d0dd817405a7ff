import { CHUNK_EXTENSIONS_TOO_LARGE, HEAD_TOO_LARGE, MALFORMED, type Refusal, TIMED_OUT } from './refusal';

/** What follows from an `http.Server`'s `clientError`. */
export type ClientErrorVerdict =
  | { readonly kind: 'refuse'; readonly refusal: Refusal }
  /** Bytes after a request that said `Connection: close`: RFC 9112, 9.6 lets us ignore them. */
  | { readonly kind: 'ignore' }
  /** The connection is broken: there is nobody to answer. */
  | { readonly kind: 'destroy' };

export function judgeClientError(error: NodeJS.ErrnoException): ClientErrorVerdict {
  const code = error.code ?? '';
  if (code === 'HPE_CLOSED_CONNECTION') return { kind: 'ignore' };
  const refusal = refusals.get(code) ?? (code.startsWith('HPE_') ? MALFORMED : undefined);
  return refusal ? { kind: 'refuse', refusal } : { kind: 'destroy' };
}

const refusals = new Map<string, Refusal>([
  ['ERR_HTTP_REQUEST_TIMEOUT', TIMED_OUT],
  ['HPE_HEADER_OVERFLOW', HEAD_TOO_LARGE],
  ['HPE_CHUNK_EXTENSIONS_OVERFLOW', CHUNK_EXTENSIONS_TOO_LARGE],
]);
