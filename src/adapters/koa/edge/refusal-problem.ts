import { isSafe, PROBLEM_TYPE, type Problem, problemBody } from './problem';

const NOT_RUN: Problem = {
  status: 503,
  code: 'shutting_down',
  detail: 'The server is shutting down; this request was not carried out. Send it again.',
  retryAfterSeconds: 1,
};

const PROBLEMS: Readonly<Record<string, Problem>> = {
  malformed: { status: 400, code: 'malformed_request', detail: 'The request is not valid HTTP/1.1.' },
  'timed-out': {
    status: 408,
    code: 'request_timeout',
    detail: 'No complete request was received in time; none was carried out.',
  },
  'chunk-extensions-too-large': {
    status: 413,
    code: 'chunk_extensions_too_large',
    detail: 'The chunk extensions are too large.',
  },
  'head-too-large': { status: 431, code: 'head_too_large', detail: 'The head of the request is too large.' },
  'not-run': NOT_RUN,
};

const OUTCOME_UNKNOWN: Problem = {
  status: 503,
  code: 'outcome_unknown',
  detail:
    'The server is shutting down; it is not known whether this request was carried out. Send it again, best with an Idempotency-Key.',
  retryAfterSeconds: 1,
};
const NOT_ANSWERED: Problem = {
  status: 503,
  code: 'shutting_down',
  detail: 'The server is shutting down; this request was not answered in time. Send it again.',
  retryAfterSeconds: 1,
};

/** What the HTTP server's own answers look like: problem details, like all others. */
export function refusalProblem({
  kind,
  method,
}: {
  readonly kind: string;
  readonly method?: string | undefined;
}) {
  const inPlaceOfHandler = isSafe(method) ? NOT_ANSWERED : OUTCOME_UNKNOWN;
  const problem = PROBLEMS[kind] ?? inPlaceOfHandler;
  return {
    headers: {
      'Content-Type': PROBLEM_TYPE,
      'X-Content-Type-Options': 'nosniff',
      'Cache-Control': 'no-store',
      ...(problem.retryAfterSeconds !== undefined && { 'Retry-After': String(problem.retryAfterSeconds) }),
    },
    body: JSON.stringify(problemBody(problem)),
  };
}
