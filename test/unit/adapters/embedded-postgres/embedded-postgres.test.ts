import { EmbeddedPostgres } from '../../../../src/adapters/embedded-postgres/embedded-postgres';

const log = { debug() {}, info() {}, warn() {}, error() {} };

test('has no URL before it has started', () => {
  const postgres = new EmbeddedPostgres({ dataFolder: '/nowhere', log });
  expect(() => postgres.url()).toThrow('has not started');
});

test('says in one line why there can be no data folder', async () => {
  const postgres = new EmbeddedPostgres({ dataFolder: '/dev/null/data', log });
  const { signal } = new AbortController();
  await expect(postgres.start(signal)).rejects.toMatchObject({
    code: 'EMBEDDED_POSTGRES',
    message: expect.stringMatching(/^no folder for the data: E.*; set DATABASE_URL/),
  });
});
