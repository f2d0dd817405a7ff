import { once } from 'node:events';
import { createTestDatabase, type TestDatabase } from '../support/postgres';
import { waitFor } from '../support/raw-client';
import { exchange, postWork } from './support/requests';
import { Service, spawnService } from './support/service';

const PASSWORD = 'hunter2-Tr0ub4dor';
let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

/** The test server's URL, changed, with a password that is easily found again. */
function url(change: (url: URL) => void): string {
  const changed = new URL(database.url);
  changed.password = PASSWORD;
  change(changed);
  return changed.href;
}

describe('the password in DATABASE_URL', () => {
  it.each<[what: string, databaseUrl: () => string]>([
    [
      'no such user',
      () =>
        url((it) => {
          it.username = 'nobody';
        }),
    ],
    [
      'no such database',
      () =>
        url((it) => {
          it.pathname = '/no-such-database';
        }),
    ],
    [
      'nobody at the port',
      () =>
        url((it) => {
          it.port = '1';
        }),
    ],
    [
      'no such host',
      () =>
        url((it) => {
          it.hostname = 'no-such-host.invalid';
        }),
    ],
    ['a file that is not there', () => `${url(() => {})}?sslmode=verify-full&sslrootcert=/nonexistent`],
    ['a URL that is none', () => `postgres://user:${PASSWORD}@host:port/x`],
    ['another protocol', () => `mysql://user:${PASSWORD}@127.0.0.1/x`],
  ])(
    'is in no line when the service cannot start, at the most talkative level: %s',
    async (_what, databaseUrl) => {
      const { child, output } = spawnService({
        DATABASE_URL: databaseUrl(),
        DATABASE_CONNECT_TIMEOUT_MS: '300',
        DATABASE_ACQUIRE_TIMEOUT_MS: '200',
        LOG_LEVEL: 'trace',
      });
      await once(child, 'exit', { signal: AbortSignal.timeout(20_000) });
      expect(child.exitCode).toBe(1);
      expect(output()).toMatch(/database|DATABASE_URL/);
      expect(output()).not.toContain(PASSWORD);
    },
  );

  it('is in no answer and no line when the database goes away under a running service', async () => {
    const service = await Service.start({ LOG_LEVEL: 'trace', DATABASE_ACQUIRE_TIMEOUT_MS: '300' });
    const secret = new URL(database.url).password;
    await service.dropDatabase();
    const { answers } = await exchange(service.port, postWork('{"name":"a"}'));
    expect(answers.map(({ status }) => status)).toEqual([503]);
    expect(answers[0]?.headers.get('retry-after')).toMatch(/^\d+$/);
    await waitFor(
      () => service.log.includes('"status":503'),
      5_000,
      () => service.log,
    );
    for (const text of [service.log, ...answers.map(({ body }) => body)]) {
      expect(text).not.toMatch(/postgres(ql)?:\/\//);
      if (secret !== '') expect(text).not.toContain(secret);
    }
    await service.stop();
  });
});
