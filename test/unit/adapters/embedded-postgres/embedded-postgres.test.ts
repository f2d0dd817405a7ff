import { EmbeddedPostgres } from '../../../../src/adapters/embedded-postgres/embedded-postgres';
import { Deadline } from '../../../../src/application/lifecycle/deadline';

const log = { debug() {}, info() {}, warn() {}, error() {} };

test('has no URL before it has started', () => {
  const postgres = new EmbeddedPostgres({ dataFolder: '/nowhere', log });
  expect(() => postgres.url()).toThrow('has not started');
});

test('a stop without a start does nothing, twice', async () => {
  const postgres = new EmbeddedPostgres({ dataFolder: '/nowhere', log });
  const deadline = Deadline.in(1_000);
  const first = postgres.stop(deadline);
  expect(postgres.stop(deadline)).toBe(first);
  await expect(first).resolves.toBeUndefined();
  deadline.clear();
});

test('says in one line why there can be no data folder, to each caller of start', async () => {
  const postgres = new EmbeddedPostgres({ dataFolder: '/dev/null/data', log });
  const { signal } = new AbortController();
  const first = postgres.start(signal);
  expect(postgres.start(signal)).toBe(first);
  await expect(first).rejects.toMatchObject({
    code: 'EMBEDDED_POSTGRES',
    message: expect.stringMatching(/^no folder for the data: E.*; set DATABASE_URL/),
  });
});
