import { DomainError, ERROR_CODES, type ErrorCode } from '../../../domain/errors';
import { isSafe, type Problem } from './problem';
import { RequestError } from './request-error';

interface Row {
  readonly status: number;
  /** What the client reads; where it is missing, the error's own message was written for the client. */
  readonly detail?: string;
  /** The same for a request that stores nothing. */
  readonly readDetail?: string;
  readonly retryAfterSeconds?: number;
}

const notNow = (why: string): Row => ({
  status: 503,
  detail: `${why} Nothing was stored; send the request again.`,
  readDetail: `${why} Send the request again.`,
  retryAfterSeconds: 1,
});

/** The one table from error code to status. A code that is not in it is a defect of ours: 500. */
const TABLE: Partial<Record<ErrorCode, Row>> = {
  [ERROR_CODES.invalidJob]: { status: 400 },
  [ERROR_CODES.invalidIdempotencyKey]: { status: 400 },
  [ERROR_CODES.idempotencyKeyReused]: {
    status: 422,
    detail: 'This Idempotency-Key was used before, for a request with another body.',
  },
  [ERROR_CODES.storeUnavailable]: notNow('The database is unavailable.'),
  [ERROR_CODES.outcomeUnknown]: {
    status: 503,
    detail:
      'The database did not answer: the job may or may not be stored. Send the request again with its ' +
      'Idempotency-Key; without one it may be stored twice.',
    readDetail: 'The database did not answer. Send the request again.',
    retryAfterSeconds: 1,
  },
  [ERROR_CODES.storeOverloaded]: notNow('More requests are waiting than can be taken in.'),
  [ERROR_CODES.submissionCancelled]: notNow('The service is shutting down.'),
};

const INTERNAL: Problem = {
  status: 500,
  code: 'internal_error',
  detail: 'Something went wrong here. It has been logged under the X-Request-Id of this response.',
};

/** What the client of a request with `method` is told of an error. Messages that were not written for it never reach it. */
export function toProblem(error: unknown, method: string): Problem {
  if (error instanceof RequestError) return error.problem;
  const row = error instanceof DomainError ? TABLE[error.code] : undefined;
  if (!row) return INTERNAL;
  const { code, message } = error as DomainError;
  const { status, retryAfterSeconds } = row;
  const detail = (isSafe(method) ? row.readDetail : undefined) ?? row.detail ?? message;
  return { status, code, detail, ...(retryAfterSeconds !== undefined && { retryAfterSeconds }) };
}
