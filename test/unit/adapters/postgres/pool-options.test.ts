import { poolOptions } from '../../../../src/adapters/postgres/pool-options';

const options = poolOptions('postgres://h/d', { size: 7, acquireTimeoutMs: 300, statementTimeoutMs: 400 });

it('sets what the operator may set', () => {
  expect(options).toMatchObject({
    connectionString: 'postgres://h/d',
    max: 7,
    connectionTimeoutMillis: 300,
    statement_timeout: 400,
  });
});

it('is named in the server, keeps connections alive, and outwaits the server before it calls it silent', () => {
  expect(options).toMatchObject({ application_name: 'lastcall', keepAlive: true });
  expect(options.query_timeout).toBeGreaterThan(400);
});
