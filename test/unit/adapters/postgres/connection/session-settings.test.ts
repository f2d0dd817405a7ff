import { DatabaseError } from 'pg';
import { SessionSettings } from '../../../../../src/adapters/postgres/connection/session-settings';

const refusal = (message: string) => new DatabaseError(message, 1, 'error');

it('asks for the time limit of statements, and that the server notices who has gone', () => {
  expect(new SessionSettings(1_234).current()).toEqual({
    statement_timeout: '1234',
    client_connection_check_interval: '1000',
  });
});

it.each([
  // Postgres before 14; one of 14 and later on a system that cannot tell.
  ['unrecognized configuration parameter "client_connection_check_interval"', ['statement_timeout']],
  ['invalid value for parameter "client_connection_check_interval": 1000', ['statement_timeout']],
  ['unsupported startup parameter: statement_timeout', ['client_connection_check_interval']],
  // A pooler that does not say which.
  ['unsupported startup parameters', []],
])('does without what was refused, and asks for the rest: %s', (message, left) => {
  const settings = new SessionSettings(1_234);
  expect(settings.refusedBy(refusal(message))).not.toEqual([]);
  expect(Object.keys(settings.current())).toEqual(left);
  // Once: what is refused all the same is no matter of settings.
  if (left.length === 0) expect(settings.refusedBy(refusal(message))).toEqual([]);
});

it.each([
  refusal('password authentication failed for user "u"'),
  new Error('connect ECONNREFUSED, statement_timeout'),
])('takes no other failure for a refusal: %s', (error) => {
  const settings = new SessionSettings(1_234);
  expect(settings.refusedBy(error)).toEqual([]);
  expect(Object.keys(settings.current())).toHaveLength(2);
});
