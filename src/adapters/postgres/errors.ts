import { DatabaseError } from 'pg';
import { CommitInDoubt, DataRefused, StoreUnavailable } from '../../domain/errors';

/**
 * SQLSTATE classes and codes that say "not now" of a statement that has been rolled back. "Cannot connect now" is not
 * among them: it comes before anything is sent, unless a pooler hands it on.
 */
const TRANSIENT = [
  '40', // transaction rollback: deadlock, serialization failure
  '53', // insufficient resources: disk full, out of memory
  '55P03', // lock not available
  '57014', // query canceled: here the statement timeout, since our own cancellations are told apart before
  '58', // system error: an I/O error of the server
  '25006', // read-only transaction: a standby, or a failover under way
];

/** SQLSTATE classes that say something of the data, not of the statement: data exception, integrity constraint violation. */
const ABOUT_THE_DATA = ['22', '23'];

/** SQLSTATE classes and codes that do not say whether a commit under way had finished. */
const IN_DOUBT = [
  '08', // connection exception: a pooler that has lost its server connection (PgBouncer's 08P01), in the middle of a commit too
  '57P', // operator intervention: the server has ended the session
  '40003', // statement completion unknown: a distributed database whose node has gone
];

/**
 * The session ends with such an error, whatever its code: a full disk is an ERROR to a statement, which is rolled back,
 * and a PANIC to the write-ahead log, in the middle of a commit.
 */
const SESSION_ENDS = ['FATAL', 'PANIC'];

/**
 * The settings that PgBouncer names when it ends a client that still waits for a server connection. Its SQLSTATE is that
 * of a lost server (08P01), but nothing was sent.
 */
const STILL_IN_THE_POOLER = /query_wait_timeout|server_login_retry/;

export function isStatementCancelled(error: unknown): boolean {
  return error instanceof DatabaseError && error.code === '57014';
}

/** Whether the statement was sacrificed to another one, a deadlock's, say: rolled back, and likely to succeed at once. */
export function isConflict(error: unknown): boolean {
  return error instanceof DatabaseError && isAny(['40'], error.code) && !endsSession(error);
}

/** Whether the connection serves nobody any more: it is lost, or the other side closes it with this error. */
export function endsSession(error: unknown): boolean {
  return (
    !(error instanceof DatabaseError) || isAny(SESSION_ENDS, error.severity) || isAny(IN_DOUBT, error.code)
  );
}

/** The error of a connection that could not be had: nothing was sent. */
export function connectFailure(error: unknown): StoreUnavailable {
  return new StoreUnavailable('no database connection', { cause: error });
}

/**
 * The error of a statement that was sent. What Postgres answered with an error is rolled back, unless the session has
 * ended with it; that, or no answer at all, leaves the commit in doubt. What is a defect of ours is passed on as it is.
 */
export function statementFailure(error: unknown): unknown {
  if (error instanceof DatabaseError && STILL_IN_THE_POOLER.test(error.message)) return connectFailure(error);
  if (endsSession(error)) return new CommitInDoubt('the database connection was lost', { cause: error });
  if (isAny(TRANSIENT, (error as DatabaseError).code)) {
    return new StoreUnavailable('the database cannot do it now', { cause: error });
  }
  if (isAny(ABOUT_THE_DATA, (error as DatabaseError).code)) {
    return new DataRefused('the database refuses the data', { cause: error });
  }
  return error;
}

function isAny(prefixes: readonly string[], value = ''): boolean {
  return prefixes.some((prefix) => value.startsWith(prefix));
}
