import { types } from 'node:util';
import { DatabaseError } from 'pg';
import { CommitInDoubt, DataRefused, StoreUnavailable } from '../../../domain/intake/errors';

/** The server takes no writes: a standby, or a primary that is set to read-only. Nothing was stored. */
export class ReadOnlyServer extends Error {
  constructor(server: string) {
    super(`${server} takes no writes: it is a standby, or set to read-only`);
    this.name = 'ReadOnlyServer';
  }
}

/** None of several servers, or ways to one, could be used; the message names each with its reason. */
export class NoServer extends AggregateError {
  constructor(failures: readonly (readonly [server: string, error: unknown])[]) {
    const reasons = failures.map(([server, error]) => `${server}: ${(error as Error).message}`);
    super(
      failures.map(([, error]) => error),
      `no server can be used (${reasons.join('; ')})`,
    );
    this.name = 'NoServer';
  }
}

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
];

/** SQLSTATE read_only_sql_transaction. Rolled back like the others, but the session will never do any better. */
const READ_ONLY = '25006';

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

/** System errors of a socket (errno(3)), and Node's own of a stream that has ended and of TLS. */
const SOCKET_ERROR = /^(?!ERR_)E[A-Z0-9]+(_[A-Z]+)?$|^ERR_(STREAM|SOCKET|SSL|TLS)_/;

const DEFECTS = ['TypeError', 'ReferenceError', 'RangeError', 'SyntaxError'];

/** PgBouncer: `no more connections allowed (max_client_conn)`; Postgres itself, without its code behind a proxy. */
const FULL =
  /no more connections allowed|max client connections|too many (clients|connections)|connection slots/i;

/** Of a server: no resources, starting, stopping, recovering; an error of its system. */
const PASSING_ON_CONNECT = ['53', '57P', '58'];

/** Of a socket: what no waiting mends. A socket file that we may not use; TLS that the two sides do not agree on. */
const FINAL_ON_CONNECT = ['EACCES', 'EPERM', 'EPROTO', 'ERR_SSL', 'ERR_TLS', 'EINVAL', 'EAFNOSUPPORT'];

/** PgBouncer has one SQLSTATE (08P01) for whatever it says, a name that it does not know included. */
const POOLER_WAITS =
  /query_wait_timeout|server_login_retry|login has been failing|shutting down|cannot connect to server|server conn(ection)? crashed|server closed/i;

/** pg 8 gives its own errors of a connection no code; pg-pool neither. */
const PG_CONNECTION_ERROR =
  /^(Connection terminated|There was an error establishing an SSL connection|timeout expired$|timeout exceeded when trying to connect$|Client (has encountered a connection error|was closed) and is not queryable$|Cannot use a pool after calling end|Received unexpected \w+ message from backend)/;

export function isStatementCancelled(error: unknown): boolean {
  return error instanceof DatabaseError && error.code === '57014';
}

/**
 * Whether a statement was cancelled by somebody who signalled the server's processes, for all that its own words tell (in
 * English, as the embedded Postgres speaks): rolled back.
 */
export function isCancelledFromOutside(error: unknown): boolean {
  return isStatementCancelled(error) && /due to user request/.test((error as Error).message);
}

/** Whether the statement was sacrificed to another one, a deadlock's, say: rolled back, and likely to succeed at once. */
export function isConflict(error: unknown): boolean {
  return error instanceof DatabaseError && isAny(['40'], error.code) && !isLost(error);
}

/**
 * Whether the connection serves nobody any more: it is lost, or the other side closes it with this error, or its server
 * takes no writes. After an error that is neither Postgres's nor the connection's, nobody knows what state it is in.
 */
export function endsSession(error: unknown): boolean {
  return !(error instanceof DatabaseError) || isLost(error) || isReadOnly(error);
}

/** Whether the server takes no writes, so that every session with it is of no use. */
export function isReadOnly(error: unknown): boolean {
  return (
    error instanceof ReadOnlyServer || (error instanceof DatabaseError && isAny([READ_ONLY], error.code))
  );
}

/** Whether the connection was lost between the statement and its answer. */
function isLost(error: unknown): boolean {
  if (error instanceof DatabaseError) {
    return isAny(SESSION_ENDS, error.severity) || isAny(IN_DOUBT, error.code);
  }
  return isConnectionError(error);
}

/** Positively: whatever else is thrown is a defect of ours, and no reason to look a commit up or to send it again. */
function isConnectionError(error: unknown): error is Error {
  // Not by instanceof: an error of Node's own may come from another realm.
  if (!types.isNativeError(error) || error instanceof DatabaseError) return false;
  const code = codeOf(error);
  return typeof code === 'string' ? SOCKET_ERROR.test(code) : PG_CONNECTION_ERROR.test(error.message);
}

/** The error of a connection that could not be had: nothing was sent. What is a defect of ours is passed on as it is. */
export function connectFailure(error: unknown): unknown {
  if (types.isNativeError(error) && DEFECTS.includes(error.name)) return error;
  return new StoreUnavailable('no database connection', { cause: error });
}

/**
 * Whether the server, or the pooler before it, has no place for one more connection: those that we have may serve.
 * Poolers and managed databases say it with codes of their own.
 */
export function isFull(error: unknown): boolean {
  return error instanceof DatabaseError && (isAny(['53300'], error.code) || FULL.test(error.message));
}

/**
 * Whether a connection that failed may be had later without anybody's doing: a server that is not there yet, starts, or
 * has no place. Wrong credentials, a certificate that is not trusted, and the like stay as they are.
 */
export function mayPass(error: unknown): boolean {
  if (error instanceof NoServer) return error.errors.some(mayPass);
  if (error instanceof ReadOnlyServer || isFull(error)) return true;
  if (!(error instanceof DatabaseError))
    return isConnectionError(error) && !isAny(FINAL_ON_CONNECT, codeOf(error));
  if (isAny(['08'], error.code)) return POOLER_WAITS.test(error.message);
  return isAny(PASSING_ON_CONNECT, error.code);
}

/**
 * The error of a statement that was sent. What Postgres answered with an error is rolled back, unless the session has
 * ended with it; that, or no answer at all, leaves the commit in doubt, where there is one to doubt. What is a defect of ours is
 * passed on as it is.
 */
export function statementFailure(error: unknown, { isRepeatable = false } = {}): unknown {
  if (error instanceof DatabaseError && STILL_IN_THE_POOLER.test(error.message)) return connectFailure(error);
  if (isLost(error) || error instanceof CommitInDoubt) {
    if (isRepeatable) return new StoreUnavailable('the database connection was lost', { cause: error });
    return error instanceof CommitInDoubt
      ? error
      : new CommitInDoubt('the database connection was lost', { cause: error });
  }
  if (isReadOnly(error)) return new StoreUnavailable('the database takes no writes', { cause: error });
  if (!(error instanceof DatabaseError)) return error;
  if (isAny(TRANSIENT, error.code)) {
    return new StoreUnavailable('the database cannot do it now', { cause: error });
  }
  if (isAny(ABOUT_THE_DATA, error.code)) {
    return new DataRefused('the database refuses the data', { cause: error });
  }
  return error;
}

function isAny(prefixes: readonly string[], value = ''): boolean {
  return prefixes.some((prefix) => value.startsWith(prefix));
}

function codeOf(error: Error): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}
