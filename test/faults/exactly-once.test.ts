import { InMemoryJobRepository } from '../../src/adapters/memory/in-memory-job-repository';
import { KyselyJobRepository } from '../../src/adapters/postgres/kysely-job-repository';
import { exactlyOnceContract } from '../contract/exactly-once';
import { type OpenDatabase, openDatabase } from '../support/open-database';

jest.setTimeout(120_000);

describe('requests with keys from a small set, in memory', () => {
  exactlyOnceContract(async () => new InMemoryJobRepository(), 500);
});

describe('requests with keys from a small set, in Postgres', () => {
  let opened: OpenDatabase;
  beforeAll(async () => {
    opened = await openDatabase();
  });
  afterAll(() => opened.close());

  exactlyOnceContract(async () => new KyselyJobRepository(opened.database), 150);

  it('leaves no key without its row', async () => {
    const { kysely } = opened.database;
    const keys = await kysely.selectFrom('idempotency_keys').select('job_id').execute();
    const rows = new Set((await kysely.selectFrom('jobs').select('id').execute()).map(({ id }) => id));
    expect(keys.length).toBeGreaterThan(0);
    expect(keys.filter(({ job_id }) => !rows.has(job_id))).toEqual([]);
  });
});
