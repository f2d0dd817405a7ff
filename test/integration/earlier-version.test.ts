import { Client } from 'pg';
import type { PostgresPool } from '../../src/adapters/postgres/connection/postgres-pool';
import { IdempotencyKeyReused } from '../../src/domain/intake/errors';
import { aJob, aKey, NEVER, submission } from '../contract/jobs';
import { jobsIn } from '../support/jobs-in-postgres';
import { postgresFixture } from './postgres-fixture';

/** The statements of the version before keys had scopes, to the letter; a replica of it may run beside us during a deployment. */
const EARLIER = {
  insert: `
    with submitted as (
      select * from unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::text[])
        with ordinality as submission (id, name, created_at, key, position)
    ), claimed as (
      insert into idempotency_keys (key, job_id, fingerprint, created_at)
      select distinct on (key) key, id, sha256(convert_to(name, 'UTF8')), now()
      from submitted where key is not null order by key, position
      on conflict (key) do nothing
      returning job_id
    ), stored as (
      insert into jobs (id, name, created_at)
      select id, name, created_at from submitted
      where key is null or id in (select job_id from claimed)
      on conflict (id) do nothing
    )
    select job_id as id from claimed`,
  findByKeys: `
    select asked.position::int as position, known.job_id as id,
      coalesce(job.created_at, known.created_at) as created_at,
      known.fingerprint = sha256(convert_to(asked.name, 'UTF8')) as same
    from unnest($1::text[], $2::text[]) with ordinality as asked (key, name, position)
    join idempotency_keys known on known.key = asked.key
    left join jobs job on job.id = known.job_id`,
};

let session: Client | undefined;
// Before the fixture's own, which drops the database under it.
afterAll(() => session?.end());
const fixture = postgresFixture('all tests');
let database: PostgresPool;
beforeAll(async () => {
  database = await fixture().migrated();
  session = new Client({ connectionString: fixture().testDatabase.url });
  await session.connect();
});

/** What a replica of the version before does with a request; resolves with the id that it answers, or with the 422. */
async function earlierReplica(name: string, key: string): Promise<string> {
  const { id, createdAt } = aJob(name);
  if (!session) throw new Error('not connected');
  const { rows } = await session.query<{ id: string }>(EARLIER.insert, [[id], [name], [createdAt], [key]]);
  if (rows.length === 1) return id;
  const found = await session.query<{ id: string; same: boolean }>(EARLIER.findByKeys, [[key], [name]]);
  const [known] = found.rows;
  if (!known) throw new Error('the key vanished');
  if (!known.same) throw new IdempotencyKeyReused('answered 422');
  return known.id;
}

const ours = async (name: string, key = aKey()) =>
  (await jobsIn(database).store(submission(name, key), NEVER)).resource.id;

describe('beside a replica of the version before', () => {
  it('a key that it has stored is a replay here', async () => {
    const key = aKey();
    const id = await earlierReplica('a', key);
    expect(await ours('a', key)).toBe(id);
    await expect(ours('b', key)).rejects.toThrow(IdempotencyKeyReused);
  });

  it('a key that we have stored is a replay there', async () => {
    const key = aKey();
    const id = await ours('ünïcödé 名前', key);
    expect(await earlierReplica('ünïcödé 名前', key)).toBe(id);
    await expect(earlierReplica('b', key)).rejects.toThrow(IdempotencyKeyReused);
  });

  it('exactly one of the two stores it when both get it at once', async () => {
    for (let round = 0; round < 50; round += 1) {
      const key = aKey();
      const name = `raced ${round}`;
      const ids = await Promise.all([ours(name, key), earlierReplica(name, key), ours(name, key)]);
      expect(new Set(ids).size).toBe(1);
      const rows = await fixture().onlooker.query(`select id from jobs where name = '${name}'`);
      expect(rows).toEqual([{ id: ids[0] }]);
    }
  });
});
