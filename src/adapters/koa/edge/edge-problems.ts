import { BODY_LIMIT_BYTES } from './json-body';
import type { ProblemType } from './problem';

/** Something that passes: send it again. */
const notNow = (code: string, when: string, why: string): ProblemType => ({
  code,
  status: 503,
  when,
  detail: `${why} Nothing was stored; send the request again.`,
  readDetail: `${why} Send the request again.`,
  retryAfterSeconds: 1,
});

/** What any request may be answered with, much of it by the server before the application sees the request. */
export const ANYWHERE: readonly ProblemType[] = [
  {
    code: 'malformed_request',
    status: 400,
    when: 'the request is not HTTP/1.1, or can be read in two ways',
    detail: 'The request is not valid HTTP/1.1.',
  },
  {
    code: 'request_timeout',
    status: 408,
    when: 'no complete request came in time; none was carried out',
    detail: 'No complete request was received in time; none was carried out.',
  },
  {
    code: 'chunk_extensions_too_large',
    status: 413,
    when: 'the chunk extensions are too large',
    detail: 'The chunk extensions are too large.',
  },
  {
    code: 'head_too_large',
    status: 431,
    when: 'the head of the request is too large',
    detail: 'The head of the request is too large.',
  },
  { code: 'too_many_headers', status: 431, when: 'the request has too many header fields' },
  {
    code: 'internal_error',
    status: 500,
    when: 'a defect of the service',
    detail: 'Something went wrong here. It has been logged under the X-Request-Id of this response.',
  },
  {
    code: 'transfer_coding_not_supported',
    status: 501,
    when: 'a transfer coding other than chunked',
    detail: 'The only Transfer-Encoding is chunked.',
  },
  notNow('shutting_down', 'the drain ran out of time', 'The service is shutting down.'),
  {
    code: 'outcome_unknown',
    status: 503,
    when: 'the database did not answer, or the drain ran out of time: it may or may not be stored',
    detail:
      'No answer came in time: what was sent may or may not be stored. Send the request again with its ' +
      'Idempotency-Key; without one it may be stored twice.',
    readDetail: 'No answer came in time. Send the request again.',
    retryAfterSeconds: 1,
  },
  {
    code: 'http_version_not_supported',
    status: 505,
    when: 'another version than HTTP/1.1 and HTTP/1.0',
    detail: 'The version must be HTTP/1.1 or HTTP/1.0.',
  },
];

/** What no operation has: a path or a method that is not there. */
const ROUTING: readonly ProblemType[] = [
  {
    code: 'not_found',
    status: 404,
    when: 'there is nothing at this path',
    detail: 'There is nothing at this path.',
  },
  {
    code: 'method_not_allowed',
    status: 405,
    when: 'the path does not take this method; see `Allow`',
    detail: 'This path does not take this method; see Allow.',
  },
];

/** What a request with a JSON body may be answered with. */
const BODIES: readonly ProblemType[] = [
  { code: 'malformed_json', status: 400, when: 'the body is no JSON object, or can be read in two ways' },
  {
    code: 'malformed_body',
    status: 400,
    when: 'the body is not what its headers announce',
    detail: 'The body could not be read as it was announced.',
  },
  {
    code: 'body_too_large',
    status: 413,
    when: `the body has more than ${BODY_LIMIT_BYTES / 1024} KiB`,
    detail: `The body must have at most ${BODY_LIMIT_BYTES} bytes.`,
  },
  {
    code: 'unsupported_media_type',
    status: 415,
    when: 'the body is not JSON in UTF-8, or neither plain, gzip nor deflate',
    headers: ['Accept-Encoding'],
  },
];

/** What a request that uses the store may be answered with. */
const STORE: readonly ProblemType[] = [
  notNow('store_unavailable', 'the database is unavailable', 'The database is unavailable.'),
  {
    ...notNow('store_overloaded', 'too much is waiting', 'More requests are waiting than can be taken in.'),
    isCommon: true,
  },
];

const IDEMPOTENCY: readonly ProblemType[] = [
  {
    code: 'invalid_idempotency_key',
    status: 400,
    when: 'the `Idempotency-Key` is not 1 to 255 visible ASCII characters',
  },
  {
    code: 'idempotency_key_reused',
    status: 422,
    when: 'the `Idempotency-Key` belongs to another request',
    detail: 'This Idempotency-Key was used before, for a request with another body.',
  },
];

/** Of every service that is made of these parts; a resource brings its own. */
export const EDGE_PROBLEMS = [...ANYWHERE, ...ROUTING, ...BODIES, ...STORE, ...IDEMPOTENCY];

const codes = (types: readonly ProblemType[]) => types.map(({ code }) => code);

/** For a route's `problems`: what it may be answered with if it reads from the store, or takes something in. */
export const READING = codes(STORE);
export const TAKING_IN = [...codes(BODIES), ...codes(IDEMPOTENCY), ...codes(STORE)];
