import { poolOptions } from '../../../../../src/adapters/postgres/connection/pool-options';

const client = { user: 'u', password: 'p', database: 'd' };
const options = poolOptions(client, { size: 7, acquireTimeoutMs: 300, statementTimeoutMs: 400 });

it('sets what the operator may set', () => {
  expect(options).toMatchObject({
    user: 'u',
    password: 'p',
    database: 'd',
    max: 7,
    connectionTimeoutMillis: 300,
  });
});

it('keeps connections alive', () => {
  expect(options).toMatchObject({ keepAlive: true });
});
