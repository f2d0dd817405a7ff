import { isSafe, PROBLEM_TYPE, type ProblemCatalogue, problemBody } from './problem';

/** Under which code the HTTP server answers by itself, by the kind of the refusal. */
export const REFUSAL_CODES = {
  malformed: 'malformed_request',
  'timed-out': 'request_timeout',
  'chunk-extensions-too-large': 'chunk_extensions_too_large',
  'head-too-large': 'head_too_large',
  'not-run': 'shutting_down',
  'not-awaited': 'outcome_unknown',
} as const;

/** What the HTTP server's own answers look like: problem details, like all others. */
export function refusalProblem(catalogue: ProblemCatalogue) {
  return ({
    kind,
    method,
  }: {
    readonly kind: keyof typeof REFUSAL_CODES;
    readonly method?: string | undefined;
  }) => {
    // Of a handler that only reads nothing comes that somebody might have to know.
    const isRead = kind === 'not-awaited' && isSafe(method);
    const problem = catalogue.problem(isRead ? REFUSAL_CODES['not-run'] : REFUSAL_CODES[kind], method);
    return {
      headers: {
        'Content-Type': PROBLEM_TYPE,
        'X-Content-Type-Options': 'nosniff',
        'Cache-Control': 'no-store',
        ...(problem.retryAfterSeconds !== undefined && { 'Retry-After': String(problem.retryAfterSeconds) }),
      },
      body: problemBody(problem),
    };
  };
}
