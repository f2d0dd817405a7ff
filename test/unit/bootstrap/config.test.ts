import { InvalidConfig, readConfig } from '../../../src/bootstrap/config';

function faultsOf(environment: NodeJS.ProcessEnv): string {
  try {
    readConfig(environment);
  } catch (error) {
    if (error instanceof InvalidConfig) return error.message;
    throw error;
  }
  throw new Error('it was taken');
}

it('needs nothing: port 3000 on all interfaces, the embedded Postgres, 9 s for the shutdown', () => {
  const config = readConfig({});
  expect(config).toMatchObject({ port: 3000, dataFolder: 'data', logLevel: 'info' });
  expect(config).toMatchObject({ host: undefined, reusePort: false, databaseUrl: undefined });
  expect(config.drain).toMatchObject({ timeoutMs: 9_000, delayMs: 0, lingerMs: 500 });
});

it('takes what is set', () => {
  const config = readConfig({
    PORT: '0',
    HOST: '127.0.0.1',
    REUSE_PORT: 'true',
    DATABASE_URL: 'postgresql://u:p@h:5432/d?sslmode=require',
    DATABASE_POOL_SIZE: '3',
    COMMIT_BATCH_MAX: '7',
    SHUTDOWN_TIMEOUT_MS: '25000',
    SHUTDOWN_DELAY_MS: '5000',
    LOG_LEVEL: 'debug',
    UNKNOWN: 'is ignored',
  });
  expect(config).toMatchObject({
    port: 0,
    host: '127.0.0.1',
    reusePort: true,
    databaseUrl: 'postgresql://u:p@h:5432/d?sslmode=require',
    postgres: { size: 3 },
    groupCommit: { batchMax: 7 },
    drain: { timeoutMs: 25_000, delayMs: 5_000 },
    logLevel: 'debug',
  });
});

it('takes an empty variable for one that is not set', () => {
  expect(readConfig({ PORT: '', DATABASE_URL: '', LOG_LEVEL: '' })).toEqual(readConfig({}));
});

it('names every fault at once, one a line', () => {
  const message = faultsOf({
    PORT: '65536',
    DATABASE_URL: 'localhost:5432',
    DATABASE_POOL_SIZE: '0',
    SHUTDOWN_LINGER_MS: '1e3',
    LOG_LEVEL: 'loud',
  });
  const lines = message.split('\n').slice(1);
  expect(lines).toHaveLength(5);
  for (const name of ['PORT', 'DATABASE_URL', 'DATABASE_POOL_SIZE', 'SHUTDOWN_LINGER_MS', 'LOG_LEVEL'])
    expect(lines).toContainEqual(expect.stringMatching(`^  - ${name}: .+`));
});

it.each(['-1', '1.5', ' 80', '0x50', '80a', '65536', 'Infinity'])('refuses the port %j', (PORT) => {
  expect(faultsOf({ PORT })).toContain('PORT: must be a whole number from 0 to 65535');
});

it.each(['mysql://root:secret@h/d', 'postgres://', 'postgres://u:secret@h:port/d', 'secret'])(
  'does not repeat a database URL, which may hold a password: %s',
  (DATABASE_URL) => {
    const message = faultsOf({ DATABASE_URL });
    expect(message).toContain('DATABASE_URL: ');
    expect(message).not.toContain('secret');
  },
);

it.each(['DATABASE_ACQUIRE_TIMEOUT_MS', 'DATABASE_STATEMENT_TIMEOUT_MS'])(
  'takes no %s that would switch the limit off, or overflow a timer',
  (name) => {
    for (const value of ['0', '2147483647'])
      expect(faultsOf({ [name]: value })).toContain(`${name}: must be`);
  },
);

it('refuses more statements under way than there are connections', () => {
  expect(faultsOf({ DATABASE_POOL_SIZE: '2', COMMIT_CONCURRENCY: '3' })).toContain('COMMIT_CONCURRENCY: ');
  expect(readConfig({ DATABASE_POOL_SIZE: '2', COMMIT_CONCURRENCY: '2' }).groupCommit.concurrency).toBe(2);
});

it('says when the shutdown times do not fit into each other', () => {
  expect(faultsOf({ SHUTDOWN_TIMEOUT_MS: '1000', SHUTDOWN_DELAY_MS: '900' })).toMatch(
    /SHUTDOWN_TIMEOUT_MS: delay \(900 ms\), linger \(500 ms\) .* do not fit/,
  );
});
