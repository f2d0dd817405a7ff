import { problem } from './openapi-parts';

type Codes = Readonly<Record<number, readonly string[]>>;

const DESCRIPTIONS: Readonly<Record<number, string>> = {
  400: 'The request is not as it should be.',
  404: 'There is nothing like this.',
  408: 'The request was not completely received in time; it was not carried out.',
  413: 'The body is too large.',
  415: 'The body must be JSON in UTF-8, plain or in a content coding that Accept-Encoding names.',
  422: 'The Idempotency-Key was used before, for another request. Nothing was stored.',
  431: 'The head of the request is too large.',
  500: 'A defect of the service.',
  501: 'HTTP/1.1 allows this, and the service does not know it.',
  503: 'Not now: see Retry-After, and send the request again.',
  505: 'The service speaks HTTP/1.1 and HTTP/1.0.',
};

/** What any request may be answered with: much of it by the server before the application sees the request. */
const ANYWHERE: Codes = {
  400: ['malformed_request'],
  408: ['request_timeout'],
  413: ['chunk_extensions_too_large'],
  431: ['head_too_large', 'too_many_headers'],
  500: ['internal_error'],
  501: ['transfer_coding_not_supported'],
  503: ['shutting_down', 'outcome_unknown'],
  505: ['http_version_not_supported'],
};

/** What an answer with this status may have besides. */
const HEADERS: Readonly<Record<number, Parameters<typeof problem>[2]>> = {
  415: ['Accept-Encoding'],
  503: ['Retry-After'],
};

/** The problem responses of an operation: `own` codes by status, and those that any request may meet. */
export function refusals(own: Codes = {}): Record<string, ReturnType<typeof problem>> {
  const statuses = new Set([...Object.keys(ANYWHERE), ...Object.keys(own)].map(Number));
  return Object.fromEntries(
    [...statuses].map((status) => {
      const codes = [...new Set([...(own[status] ?? []), ...(ANYWHERE[status] ?? [])])];
      return [String(status), problem(DESCRIPTIONS[status] ?? '', codes, HEADERS[status])];
    }),
  );
}
