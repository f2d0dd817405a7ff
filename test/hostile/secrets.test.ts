import { once } from 'node:events';
import { createTestDatabase, type TestDatabase } from '../support/postgres';
import { ServiceProcess } from '../support/service-process';
import { exchange, postWork } from './support/requests';
import { spawnService } from './support/service';

const PASSWORD = 'hunter2-Tr0ub4dor';
let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterEach(() => ServiceProcess.killAll());
afterAll(() => database.drop());

/** The test database's URL, changed; with a password that is easily found again where the server asks for none. */
function url(change: (url: URL) => void = () => {}): string {
  const changed = new URL(database.url);
  changed.password ||= PASSWORD;
  change(changed);
  return changed.href;
}

describe('the password in DATABASE_URL', () => {
  it.each<[what: string, databaseUrl: () => string, reason: RegExp]>([
    [
      'a wrong user and password',
      () =>
        url((it) => {
          it.username = 'nobody';
          it.password = PASSWORD;
        }),
      /(user|role) \\"nobody/,
    ],
    [
      'no such database',
      () =>
        url((it) => {
          it.pathname = '/no-such-database';
        }),
      /database \\"no-such-database\\" does not exist/,
    ],
    [
      'nobody at the port',
      () =>
        url((it) => {
          it.port = '1';
        }),
      /ECONNREFUSED/,
    ],
    [
      'no such host',
      () =>
        url((it) => {
          it.hostname = 'no-such-host.invalid';
        }),
      /ENOTFOUND|EAI_AGAIN/,
    ],
    [
      'a file that is not there',
      () => `${url()}?sslmode=verify-full&sslrootcert=/nonexistent`,
      /DATABASE_URL|ENOENT/,
    ],
    ['a URL that is none', () => `postgres://user:${PASSWORD}@host:port/x`, /DATABASE_URL/],
    ['another protocol', () => `mysql://user:${PASSWORD}@127.0.0.1/x`, /DATABASE_URL/],
  ])(
    'is in no line when the service cannot start, at the most talkative level: %s',
    async (_what, databaseUrl, reason) => {
      const { child, output } = spawnService({
        DATABASE_URL: databaseUrl(),
        DATABASE_CONNECT_TIMEOUT_MS: '300',
        DATABASE_ACQUIRE_TIMEOUT_MS: '200',
        LOG_LEVEL: 'trace',
      });
      await once(child, 'exit', { signal: AbortSignal.timeout(20_000) });
      expect(child.exitCode).toBe(1);
      expect(output()).toMatch(reason);
      for (const password of [PASSWORD, new URL(url()).password]) expect(output()).not.toContain(password);
    },
  );

  it('is in no answer and no line when the database goes away under a running service', async () => {
    const env = { LOG_LEVEL: 'trace', DATABASE_ACQUIRE_TIMEOUT_MS: '300' };
    const service = await ServiceProcess.start(url(), { env });
    await database.drop();
    const { answers } = await exchange(service.port, postWork('{"name":"a"}'));
    expect(answers.map(({ status }) => status)).toEqual([503]);
    expect(answers[0]?.headers.get('retry-after')).toMatch(/^\d+$/);
    service.signal();
    await service.exitCode();
    expect(service.output()).toContain('"status":503');
    for (const text of [service.output(), ...answers.map(({ body }) => body)]) {
      expect(text).not.toMatch(/postgres(ql)?:\/\//);
      expect(text).not.toContain(new URL(url()).password);
    }
  });
});
