import { InMemoryRepository } from '../../src/adapters/memory/in-memory-repository';
import type { Job } from '../../src/domain/jobs/job';
import { exactlyOnceContract } from '../contract/exactly-once';
import { jobsIn } from '../support/jobs-in-postgres';
import { type OpenDatabase, openDatabase } from '../support/open-database';

jest.setTimeout(120_000);

describe('requests with keys from a small set, in memory', () => {
  exactlyOnceContract(async () => new InMemoryRepository<Job>(), 500);
});

describe('requests with keys from a small set, in Postgres', () => {
  let opened: OpenDatabase;
  beforeAll(async () => {
    opened = await openDatabase();
  });
  afterAll(() => opened.close());

  exactlyOnceContract(async () => jobsIn(opened.database), 150);

  it('leaves no key without its row', async () => {
    const orphans = 'count(*) filter (where job_id not in (select id from jobs))::int as orphans';
    const sql = `select count(*)::int as keys, ${orphans} from idempotency_keys`;
    const [found] = (await opened.database.run({ name: 'test_orphans', sql }, [])).rows;
    expect(found?.keys).toBeGreaterThan(0);
    expect(found?.orphans).toBe(0);
  });
});
