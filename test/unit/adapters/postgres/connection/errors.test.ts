import { DatabaseError } from 'pg';
import {
  connectFailure,
  endsSession,
  isConflict,
  isFull,
  isReadOnly,
  isStatementCancelled,
  mayPass,
  NoServer,
  ReadOnlyServer,
  statementFailure,
} from '../../../../../src/adapters/postgres/connection/errors';
import { CommitInDoubt, StoreUnavailable } from '../../../../../src/domain/intake/errors';

function databaseError(code: string, severity = 'ERROR', message = 'it says no'): DatabaseError {
  return Object.assign(new DatabaseError(message, 1, 'error'), { code, severity });
}

it.each(['40001', '40P01', '53100', '53300', '55P03', '57014', '58030'])(
  'takes SQLSTATE %s for a store that is unavailable: rolled back, worth trying again, on the same connection',
  (code) => {
    const cause = databaseError(code);
    expect(statementFailure(cause)).toMatchObject({ code: 'store_unavailable', cause });
    expect(endsSession(cause)).toBe(false);
  },
);

it.each([
  ['08006', 'ERROR'],
  ['08P01', 'FATAL'],
  ['40003', 'ERROR'],
  ['53100', 'PANIC'],
  ['57P01', 'FATAL'],
  ['57P02', 'WARNING'],
  ['57P05', 'FATAL'],
  ['58030', 'PANIC'],
  ['XX000', 'FATAL'],
])('takes SQLSTATE %s as %s for a commit in doubt, on a connection that is lost', (code, severity) => {
  const cause = databaseError(code, severity);
  expect(statementFailure(cause)).toBeInstanceOf(CommitInDoubt);
  expect(endsSession(cause)).toBe(true);
});

it('takes a lost connection for a commit in doubt', () => {
  const cause = new Error('Connection terminated unexpectedly');
  expect(statementFailure(cause)).toMatchObject({ code: 'commit_in_doubt', cause });
  expect(endsSession(cause)).toBe(true);
});

it('takes a server without writes for a store that is unavailable, on a session of no use', () => {
  for (const cause of [databaseError('25006'), new ReadOnlyServer('db:5432')]) {
    expect(statementFailure(cause)).toMatchObject({ code: 'store_unavailable', cause });
    expect([isReadOnly(cause), endsSession(cause)]).toEqual([true, true]);
  }
});

describe('an error that is none of Postgres', () => {
  const coded = (code: string) => Object.assign(new Error('it broke'), { code });

  it.each([
    ...['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EAI_AGAIN', 'EHOSTUNREACH', 'ERR_STREAM_DESTROYED'].map(coded),
    coded('ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE'),
    new Error('Connection terminated unexpectedly'),
    new Error('Connection terminated due to connection timeout'),
    new Error('Client has encountered a connection error and is not queryable'),
    new Error('Client was closed and is not queryable'),
    new Error('Received unexpected dataRow message from backend.'),
  ])('leaves the commit in doubt where it is of the connection: %s', (cause) => {
    expect(statementFailure(cause)).toMatchObject({ code: 'commit_in_doubt', cause });
    expect(endsSession(cause)).toBe(true);
  });

  it.each([
    new TypeError("Cannot read properties of undefined (reading 'id')"),
    new RangeError('Invalid array length'),
    new Error('some defect'),
    coded('ERR_INVALID_ARG_TYPE'),
    coded('ERR_ASSERTION'),
    'thrown text',
    undefined,
  ])('is a defect where it is not: %p', (error) => {
    expect(statementFailure(error)).toBe(error);
    // Nobody knows what state it has left the session in.
    expect(endsSession(error)).toBe(true);
  });
});

it.each([
  ['53300', 'too many connections for role "u"'],
  ['53300', 'remaining connection slots are reserved'],
  ['08P01', 'no more connections allowed (max_client_conn)'],
  ['XX000', 'Max client connections reached'],
])('knows a server, or a pooler, that has no place for one more: %s %s', (code, message) => {
  expect(isFull(databaseError(code, 'FATAL', message))).toBe(true);
});

describe('a connection that could not be had', () => {
  const system = (code: string) => Object.assign(new Error(code), { code });

  it.each([
    ...['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'EHOSTUNREACH', 'ECONNRESET', 'ENOENT'].map(
      system,
    ),
    new Error('Connection terminated due to connection timeout'),
    new Error('timeout exceeded when trying to connect'),
    new Error('There was an error establishing an SSL connection'),
    ...['57P03', '53300', '57P01', '58000'].map((code) => databaseError(code, 'FATAL')),
    databaseError('08P01', 'FATAL', 'server login has been failing, try again later (server_login_retry)'),
    databaseError('08P01', 'FATAL', 'the pooler is shutting down'),
    new ReadOnlyServer('db:5432'),
    new NoServer([
      ['a:5432', new Error('password authentication failed')],
      ['b:5432', system('ECONNREFUSED')],
    ]),
  ])('may be had later by itself: %s', (error) => {
    expect(mayPass(error)).toBe(true);
  });

  it.each([
    ...['EACCES', 'EPROTO', 'SELF_SIGNED_CERT_IN_CHAIN', 'DEPTH_ZERO_SELF_SIGNED_CERT'].map(system),
    ...['CERT_HAS_EXPIRED', 'ERR_TLS_CERT_ALTNAME_INVALID', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'].map(system),
    system('ERR_SSL_WRONG_VERSION_NUMBER'),
    new Error('The server does not support SSL connections'),
    new Error('SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a string'),
    ...['28P01', '28000', '3D000', '42704', '22023'].map((code) => databaseError(code, 'FATAL')),
    databaseError('08P01', 'FATAL', 'unsupported startup parameter: statement_timeout'),
    databaseError('08P01', 'FATAL', 'no such database: lastcall'),
    new TypeError('a defect'),
  ])('stays as it is: %s', (error) => {
    expect(mayPass(error)).toBe(false);
  });
});

it.each(['query_wait_timeout', 'server login has been failing, try again later (server_login_retry)'])(
  'takes what a pooler never sent for a store that is unavailable, on a connection that is lost: %s',
  (message) => {
    const cause = databaseError('08P01', 'FATAL', message);
    expect(statementFailure(cause)).toBeInstanceOf(StoreUnavailable);
    expect(endsSession(cause)).toBe(true);
  },
);

it.each(['22021', '23505'])('says that it is about the data: %s', (code) => {
  const cause = databaseError(code);
  expect(statementFailure(cause)).toMatchObject({ code: 'data_refused', cause });
});

it.each(['42P01', '42501', 'XX000'])('hands on what is a defect: %s', (code) => {
  const error = databaseError(code);
  expect(statementFailure(error)).toBe(error);
});

it.each([
  ['40001', true],
  ['40P01', true],
  ['40003', false],
  ['53100', false],
])('tells a statement that was sacrificed to another from one that was not: %s', (code, sacrificed) => {
  expect(isConflict(databaseError(code))).toBe(sacrificed);
});

it('takes a connection that could not be had for a store that is unavailable', () => {
  expect(connectFailure(new Error('timeout'))).toBeInstanceOf(StoreUnavailable);
  const defect = new TypeError('a defect');
  expect(connectFailure(defect)).toBe(defect);
});

it('knows a cancelled statement', () => {
  expect(isStatementCancelled(databaseError('57014'))).toBe(true);
  expect(isStatementCancelled(databaseError('57P01'))).toBe(false);
  expect(isStatementCancelled(new Error('canceling statement'))).toBe(false);
});
