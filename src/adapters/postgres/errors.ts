import { DatabaseError } from 'pg';
import { CommitInDoubt, StoreUnavailable } from '../../domain/errors';

/** SQLSTATE classes and codes that say "not now" of a statement that has been rolled back. */
const TRANSIENT = [
  '08', // connection exception
  '40', // transaction rollback: deadlock, serialization failure
  '53', // insufficient resources: disk full, out of memory, too many connections
  '55P03', // lock not available
  '57014', // query canceled: here the statement timeout, since our own cancellations are told apart before
  '57P03', // cannot connect now: starting up or shutting down
  '58', // system error: an I/O error of the server
  '25006', // read-only transaction: a standby, or a failover under way
];

/** The server ended the session; whether a commit under way had finished is not said. */
const SESSION_ENDED = ['57P01', '57P02', '57P05'];

export function isStatementCancelled(error: unknown): boolean {
  return error instanceof DatabaseError && error.code === '57014';
}

/** The error of a connection that could not be had: nothing was sent. */
export function connectFailure(error: unknown): StoreUnavailable {
  return new StoreUnavailable('no database connection', { cause: error });
}

/**
 * The error of a statement that was sent. What Postgres answered with an error is rolled back; no answer at all
 * leaves the commit in doubt; an error about the data is passed on as it is.
 */
export function statementFailure(error: unknown): unknown {
  if (!(error instanceof DatabaseError)) {
    return new CommitInDoubt('the database connection was lost', { cause: error });
  }
  const code = error.code ?? '';
  if (SESSION_ENDED.includes(code))
    return new CommitInDoubt('the database ended the session', { cause: error });
  if (TRANSIENT.some((prefix) => code.startsWith(prefix))) {
    return new StoreUnavailable('the database cannot do it now', { cause: error });
  }
  return error;
}
