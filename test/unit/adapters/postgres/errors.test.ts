import { DatabaseError } from 'pg';
import {
  connectFailure,
  isStatementCancelled,
  statementFailure,
} from '../../../../src/adapters/postgres/errors';
import { CommitInDoubt, StoreUnavailable } from '../../../../src/domain/errors';

function databaseError(code: string): DatabaseError {
  const error = new DatabaseError('it says no', 1, 'error');
  error.code = code;
  return error;
}

it.each(['08006', '40001', '40P01', '53100', '53300', '55P03', '57014', '57P03', '58030', '25006'])(
  'takes SQLSTATE %s for a store that is unavailable: rolled back, worth trying again',
  (code) => {
    const cause = databaseError(code);
    expect(statementFailure(cause)).toMatchObject({ code: 'store_unavailable', cause });
  },
);

it.each(['57P01', '57P02', '57P05'])('takes SQLSTATE %s for a commit in doubt', (code) => {
  expect(statementFailure(databaseError(code))).toBeInstanceOf(CommitInDoubt);
});

it('takes a lost connection for a commit in doubt', () => {
  const cause = new Error('Connection terminated unexpectedly');
  expect(statementFailure(cause)).toMatchObject({ code: 'commit_in_doubt', cause });
});

it.each(['22021', '23505', '42P01'])('hands on what is wrong with the statement or its data: %s', (code) => {
  const error = databaseError(code);
  expect(statementFailure(error)).toBe(error);
});

it('takes a connection that could not be had for a store that is unavailable', () => {
  expect(connectFailure(new Error('timeout'))).toBeInstanceOf(StoreUnavailable);
});

it('knows a cancelled statement', () => {
  expect(isStatementCancelled(databaseError('57014'))).toBe(true);
  expect(isStatementCancelled(databaseError('57P01'))).toBe(false);
  expect(isStatementCancelled(new Error('canceling statement'))).toBe(false);
});
