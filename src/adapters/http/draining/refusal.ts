import { ServerResponse, STATUS_CODES } from 'node:http';
import { isSafe, PROBLEM_TYPE, type Problem, problemBody } from '../problem';

/** An answer that the server makes by itself, where no handler ran or its answer can no longer be waited for. */
export type Refusal = Problem;

export const MALFORMED: Refusal = {
  status: 400,
  code: 'malformed_request',
  detail: 'The request is not valid HTTP/1.1.',
};
export const TIMED_OUT: Refusal = {
  status: 408,
  code: 'request_timeout',
  detail: 'No complete request was received in time; none was carried out.',
};
export const CHUNK_EXTENSIONS_TOO_LARGE: Refusal = {
  status: 413,
  code: 'chunk_extensions_too_large',
  detail: 'The chunk extensions are too large.',
};
export const HEAD_TOO_LARGE: Refusal = {
  status: 431,
  code: 'head_too_large',
  detail: 'The head of the request is too large.',
};
export const SHUTTING_DOWN: Refusal = {
  status: 503,
  code: 'shutting_down',
  detail: 'The server is shutting down; this request was not carried out. Send it again.',
  retryAfterSeconds: 1,
};
const OUTCOME_UNKNOWN: Refusal = {
  status: 503,
  code: 'outcome_unknown',
  detail:
    'The server is shutting down; it is not known whether this request was carried out. Send it again, best with an Idempotency-Key.',
  retryAfterSeconds: 1,
};
const NOT_ANSWERED: Refusal = {
  status: 503,
  code: 'shutting_down',
  detail: 'The server is shutting down; this request was not answered in time. Send it again.',
  retryAfterSeconds: 1,
};

/** In the place of a handler that is still at work, and may come to its end all the same; of a read nothing comes. */
export function inPlaceOfHandler(method: string | undefined): Refusal {
  return isSafe(method) ? NOT_ANSWERED : OUTCOME_UNKNOWN;
}

const refused = new WeakSet<ServerResponse>();

/** Whether the answer was a refusal rather than the handler's own. */
export function wasRefused(response: ServerResponse): boolean {
  return refused.has(response);
}

/**
 * Answers in the handler's place. What the handler says afterwards goes nowhere. Goes past any override of `writeHead` or `end`
 * on the response, and keeps the headers that do not describe a body (a request id, say).
 * The head must not have been sent.
 */
export function refuse(response: ServerResponse, refusal: Refusal, close: boolean): void {
  refused.add(response);
  for (const name of response.getHeaderNames()) {
    if (/^(content-|transfer-encoding$|etag$|location$|last-modified$)/.test(name))
      response.removeHeader(name);
  }
  response.shouldKeepAlive = !close;
  const body = JSON.stringify(problemBody(refusal));
  const { writeHead, end } = ServerResponse.prototype;
  // Not through writeHead, whose own headers nobody can read back: whether the client was told to close matters.
  for (const [name, value] of Object.entries(headers(refusal, body, close))) response.setHeader(name, value);
  writeHead.call(response, refusal.status);
  end.call(response, body, 'utf8');
}

/** Answers a request that no handler gets, as a handler would: in its turn, and the close may be added to its head. */
export function turnAway(response: ServerResponse, refusal: Refusal): void {
  refused.add(response);
  const body = JSON.stringify(problemBody(refusal));
  response.writeHead(refusal.status, headers(refusal, body, false)).end(body);
}

/** The refusal as bytes for a connection on which no request was understood; always with `Connection: close`. */
export function refusalText(refusal: Refusal): string {
  const body = JSON.stringify(problemBody(refusal));
  const lines = Object.entries(headers(refusal, body, true)).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status]}\r\n${lines.join('')}\r\n${body}`;
}

function headers(refusal: Refusal, body: string, close: boolean): Record<string, string> {
  return {
    'Content-Type': PROBLEM_TYPE,
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': 'no-store',
    'Content-Length': String(Buffer.byteLength(body)),
    ...(refusal.retryAfterSeconds === undefined ? {} : { 'Retry-After': String(refusal.retryAfterSeconds) }),
    ...(close ? { Connection: 'close' } : {}),
  };
}
