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
  expect(config).toMatchObject({ logLevel: 'info', store: { kind: 'embedded', dataFolder: 'data' } });
  expect(config.listen).toMatchObject({ kind: 'address', port: 3000, reusePort: false });
  expect(config.listen).not.toHaveProperty('host');
  expect(config).toMatchObject({ metricsListen: undefined, systemd: undefined, traces: undefined });
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
    listen: { port: 0, host: '127.0.0.1', reusePort: true },
    store: { kind: 'postgres', url: 'postgresql://u:p@h:5432/d?sslmode=require' },
    postgres: { size: 3 },
    intake: { batchMax: 7 },
    drain: { timeoutMs: 25_000, delayMs: 5_000 },
    logLevel: 'debug',
  });
});

it.each(['', ' ', '\n'])('takes a variable that is empty or blank for one that is not set: %j', (blank) => {
  const names = ['PORT', 'HOST', 'METRICS_PORT', 'DATA_FOLDER', 'LOG_LEVEL', 'LISTEN_PID', 'NOTIFY_SOCKET'];
  expect(readConfig(Object.fromEntries(names.map((name) => [name, blank])))).toEqual(readConfig({}));
});

describe('which database', () => {
  it.each(['', ' ', '\t\n'])(
    'is not to be guessed where DATABASE_URL is there and empty: %j',
    (DATABASE_URL) => {
      for (const NODE_ENV of ['', 'production', 'development'])
        expect(faultsOf({ DATABASE_URL, NODE_ENV })).toMatch(
          /DATABASE_URL: is empty: .* or to embedded: for /,
        );
    },
  );

  it('has to be said in production: a URL, or the embedded one by its name', () => {
    const NODE_ENV = 'production';
    expect(faultsOf({ NODE_ENV })).toMatch(/DATABASE_URL: must be set .* or to embedded: for /);
    expect(readConfig({ NODE_ENV, DATABASE_URL: 'embedded:' }).store.kind).toBe('embedded');
    expect(readConfig({ NODE_ENV, DATABASE_URL: 'postgres://u@h/d' }).store).toMatchObject({
      url: 'postgres://u@h/d',
    });
  });

  it.each([undefined, '', 'development', 'test'])(
    'is the embedded one where nothing is said: %s',
    (NODE_ENV) => {
      expect(readConfig({ NODE_ENV }).store.kind).toBe('embedded');
      expect(readConfig({ NODE_ENV, DATABASE_URL: 'embedded:' }).store.kind).toBe('embedded');
    },
  );

  it('may be none at all, by its name', () => {
    expect(readConfig({ NODE_ENV: 'production', DATABASE_URL: 'memory:' }).store).toEqual({ kind: 'memory' });
  });

  it('may be said in part by the variables of libpq', () => {
    expect(faultsOf({ DATABASE_URL: 'postgres://', PGSSLMODE: 'maybe' })).toContain(
      'PGSSLMODE: must be one of',
    );
    expect(readConfig({ DATABASE_URL: 'postgres://', PGHOST: 'h' }).store).toMatchObject({
      environment: { PGHOST: 'h' },
    });
  });
});

describe('what a supervisor hands over', () => {
  it('is taken: a socket, and whom to tell', () => {
    const config = readConfig(
      { LISTEN_PID: '42', LISTEN_FDS: '1', NOTIFY_SOCKET: '@n', WATCHDOG_USEC: '5000' },
      42,
    );
    expect(config.listen).toEqual({ kind: 'inherited', fd: 3 });
    expect(config.systemd).toEqual({ socket: '@n', watchdogMs: 5 });
  });

  it('is reported with the other faults when it is unusable', () => {
    const message = faultsOf({ LISTEN_PID: 'me', LISTEN_FDS: '1', NOTIFY_SOCKET: 'n', PORT: 'x' });
    for (const name of ['LISTEN_PID', 'NOTIFY_SOCKET', 'PORT']) expect(message).toContain(`\n  - ${name}: `);
  });
});

it('reports what does not fit together beside what is no value at all', () => {
  const message = faultsOf({
    HEADERS_TIMEOUT_MS: '2000',
    REQUEST_TIMEOUT_MS: '1000',
    COMMIT_CONCURRENCY: '11',
    SHUTDOWN_DELAY_MS: '9000',
    PORT: '3000',
    METRICS_PORT: '3000',
    LOG_LEVEL: 'loud',
  });
  const names = message.match(/(?<=^ {2}- )\w+/gm);
  expect(names?.sort()).toEqual(
    ['COMMIT_CONCURRENCY', 'HEADERS_TIMEOUT_MS', 'LOG_LEVEL', 'METRICS_PORT', 'SHUTDOWN_TIMEOUT_MS'].sort(),
  );
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

it.each([
  'DATABASE_CONNECT_TIMEOUT_MS',
  'DATABASE_ACQUIRE_TIMEOUT_MS',
  'DATABASE_STATEMENT_TIMEOUT_MS',
  'HEADERS_TIMEOUT_MS',
  'REQUEST_TIMEOUT_MS',
  'KEEP_ALIVE_TIMEOUT_MS',
  'SHUTDOWN_TIMEOUT_MS',
])('takes no %s in which nothing can be done, or that overflows a timer', (name) => {
  for (const value of ['0', '2147483648']) expect(faultsOf({ [name]: value })).toContain(`${name}: must be`);
  expect(faultsOf({ [name]: '99', SHUTDOWN_LINGER_MS: '0', PORT: 'x' }).includes(`${name}: `)).toBe(
    name !== 'KEEP_ALIVE_TIMEOUT_MS',
  );
});

it('refuses more statements under way than there are connections', () => {
  expect(faultsOf({ DATABASE_POOL_SIZE: '2', COMMIT_CONCURRENCY: '3' })).toContain('COMMIT_CONCURRENCY: ');
  expect(readConfig({ DATABASE_POOL_SIZE: '2', COMMIT_CONCURRENCY: '2' }).intake.concurrency).toBe(2);
});

it('says when the shutdown times do not fit into each other', () => {
  expect(faultsOf({ SHUTDOWN_TIMEOUT_MS: '1000', SHUTDOWN_DELAY_MS: '900' })).toMatch(
    /SHUTDOWN_TIMEOUT_MS: delay \(900 ms\), linger \(500 ms\) .* do not fit/,
  );
});
