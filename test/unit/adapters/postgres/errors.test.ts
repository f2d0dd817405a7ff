import { DatabaseError } from 'pg';
import {
  connectFailure,
  endsSession,
  isConflict,
  isStatementCancelled,
  statementFailure,
} from '../../../../src/adapters/postgres/errors';
import { CommitInDoubt, StoreUnavailable } from '../../../../src/domain/errors';

function databaseError(code: string, severity = 'ERROR', message = 'it says no'): DatabaseError {
  return Object.assign(new DatabaseError(message, 1, 'error'), { code, severity });
}

it.each(['40001', '40P01', '53100', '53300', '55P03', '57014', '58030', '25006'])(
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
});

it('knows a cancelled statement', () => {
  expect(isStatementCancelled(databaseError('57014'))).toBe(true);
  expect(isStatementCancelled(databaseError('57P01'))).toBe(false);
  expect(isStatementCancelled(new Error('canceling statement'))).toBe(false);
});
