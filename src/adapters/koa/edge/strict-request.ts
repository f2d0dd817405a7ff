import type { IncomingMessage } from 'node:http';
import type { Middleware } from 'koa';
import { RequestError } from './problem';

/** More header fields than any balancer in front adds up to. */
export const MAX_HEADER_FIELDS = 100;

/** What a second copy of could mean another thing to a balancer than to us: node:http keeps the first. */
const SINGLE = new Set(['host', 'content-type']);
/** A host with an optional port (RFC 9112, 3.2, in the characters of RFC 3986, 3.2.2), or nothing. */
const HOST = /^(?:\[[\da-f:.]+\]|[\w.~!$&'()*+,;=%-]*)(?::\d*)?$/i;

/**
 * Refuses requests that node:http lets through although HTTP/1.1 forbids them or leaves them to be read in two ways,
 * and closes the connection after the answer: nobody can be sure what follows on it.
 *
 * @throws {RequestError} 400, 431, 501 or 505.
 */
export const strictRequest: Middleware = (ctx, next) => {
  const fault = faultOf(ctx.req);
  if (fault) {
    ctx.set('Connection', 'close');
    throw fault;
  }
  return next();
};

function faultOf(request: IncomingMessage): RequestError | undefined {
  const { httpVersion, headers, rawHeaders, url = '' } = request;
  if (httpVersion !== '1.1' && httpVersion !== '1.0') {
    return new RequestError('http_version_not_supported');
  }
  if (rawHeaders.length > 2 * MAX_HEADER_FIELDS) {
    return new RequestError('too_many_headers', `A request may have ${MAX_HEADER_FIELDS} header fields.`);
  }
  if (repeatsSingle(rawHeaders)) return malformed('A header field that may come once comes twice.');
  if (headers.host === undefined ? httpVersion === '1.1' : !HOST.test(headers.host)) {
    return malformed('The Host header is missing or malformed.');
  }
  const coding = headers['transfer-encoding'];
  // RFC 9112, 6.1: HTTP/1.0 does not know chunks, and what does not, behind a proxy, has read another request.
  if (httpVersion === '1.0' && coding !== undefined) return malformed('HTTP/1.0 has no Transfer-Encoding.');
  if (coding !== undefined && coding.toLowerCase() !== 'chunked') {
    return new RequestError('transfer_coding_not_supported');
  }
  // RFC 9112, 3.2: a request target has no fragment. Cut off silently, `/work#/../admin` would be `/work`.
  if (url.includes('#')) return malformed('The request target must not have a fragment.');
  return undefined;
}

function repeatsSingle(rawHeaders: readonly string[]): boolean {
  const seen = new Set<string>();
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]?.toLowerCase() ?? '';
    if (!SINGLE.has(name)) continue;
    if (seen.has(name)) return true;
    seen.add(name);
  }
  return false;
}

function malformed(detail: string): RequestError {
  return new RequestError('malformed_request', detail);
}
