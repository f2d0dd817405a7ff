import { KyselyJobRepository } from '../../src/adapters/postgres/kysely-job-repository';
import { PostgresSchema } from '../../src/adapters/postgres/postgres-schema';
import { parseJobId } from '../../src/domain/job';
import { NEVER, submission } from '../contract/jobs';
import { until } from '../support/until';
import { postgresFixture } from './postgres-fixture';

jest.setTimeout(30_000);
const fixture = postgresFixture();

it('makes the tables when several replicas start at once, and each can use them', async () => {
  const replicas = await Promise.all(
    Array.from({ length: 6 }, async () => {
      const database = fixture().database();
      await database.start(NEVER);
      await new PostgresSchema(database, fixture().log).start(NEVER);
      return new KyselyJobRepository(database);
    }),
  );
  await Promise.all(replicas.map((replica) => replica.store(submission(), NEVER)));
  expect(await fixture().onlooker.jobs()).toHaveLength(replicas.length);
  const applied = await fixture().onlooker.query('select name from kysely_migration order by name');
  expect(applied.map(({ name }) => name)).toEqual(['0001-jobs', '0002-idempotency-keys']);
});

it('changes nothing on a further start', async () => {
  const database = await fixture().migrated();
  const one = submission('kept');
  await new KyselyJobRepository(database).store(one, NEVER);
  const lines = fixture().log.lines.length;
  await new PostgresSchema(database, fixture().log).start(NEVER);
  expect(fixture().log.lines).toHaveLength(lines);
  expect(await new KyselyJobRepository(database).find(one.job.id, NEVER)).toEqual(one.job);
});

it('takes over a table that exists already, with its rows and their creation times', async () => {
  const { onlooker } = fixture();
  await onlooker.query(`create table jobs (id uuid primary key, name text not null,
    created_at timestamptz not null default now(), note text)`);
  await onlooker.query(
    `insert into jobs values ('00000000-0000-4000-8000-000000000001', 'old', '2020-01-01Z', 'x')`,
  );
  const repository = new KyselyJobRepository(await fixture().migrated());
  expect(await repository.find(parseJobId('00000000-0000-4000-8000-000000000001'), NEVER)).toMatchObject({
    name: 'old',
    createdAt: new Date('2020-01-01T00:00:00.000Z'),
  });
  await repository.store(submission('new'), NEVER);
  expect(await onlooker.names()).toEqual(['new', 'old']);
});

it('gives the rows of a table without creation times the time of the migration', async () => {
  const { onlooker } = fixture();
  await onlooker.query('create table jobs (id uuid primary key, name text not null)');
  await onlooker.query(`insert into jobs values ('00000000-0000-4000-8000-000000000002', 'old')`);
  const before = Date.now();
  const repository = new KyselyJobRepository(await fixture().migrated());
  const old = await repository.find(parseJobId('00000000-0000-4000-8000-000000000002'), NEVER);
  expect(Math.abs((old?.createdAt.getTime() ?? 0) - before)).toBeLessThan(60_000);
  await repository.store(submission('new'), NEVER);
  expect(await onlooker.names()).toEqual(['new', 'old']);
});

it.each(['id uuid', 'id uuid, note text, unique (id, note)'])(
  'makes the ids of a table unique where they are not, and can use it: %s',
  async (columns) => {
    const { onlooker } = fixture();
    await onlooker.query(`create table jobs (name text not null, ${columns})`);
    const repository = new KyselyJobRepository(await fixture().migrated());
    const one = submission('new');
    await repository.store(one, NEVER);
    await repository.store(one, NEVER);
    expect(await onlooker.names()).toEqual(['new']);
  },
);

it('adds no second index where the ids are unique', async () => {
  const { onlooker } = fixture();
  await onlooker.query('create table jobs (id uuid primary key, name text not null)');
  await fixture().migrated();
  const indexes = await onlooker.query(`select indexname from pg_indexes where tablename = 'jobs'`);
  expect(indexes).toEqual([{ indexname: 'jobs_pkey' }]);
});

it('fails, and says why, when ids of a table are there twice', async () => {
  const { onlooker } = fixture();
  await onlooker.query('create table jobs (id uuid, name text not null)');
  await onlooker.query(
    `insert into jobs select '00000000-0000-4000-8000-000000000001', 'a' from generate_series(1, 2)`,
  );
  await expect(fixture().migrated()).rejects.toMatchObject({
    cause: expect.objectContaining({ message: 'could not create unique index "jobs_id"' }),
  });
});

it('fails, and says why, when the table belongs to another program: its ids are not ours', async () => {
  await fixture().onlooker.query('create table jobs (id serial primary key, name text not null)');
  await expect(fixture().migrated()).rejects.toMatchObject({
    cause: expect.objectContaining({
      message: 'there is a table jobs already, whose id is integer and not a uuid',
    }),
  });
});

it('fails, with the cause, when jobs is something else altogether', async () => {
  await fixture().onlooker.query('create view jobs as select 1 as one');
  await expect(fixture().migrated()).rejects.toMatchObject({
    message: 'the database schema could not be brought up to date',
    cause: expect.any(Error),
  });
});

describe('while another replica migrates', () => {
  beforeEach(async () => {
    await fixture().onlooker.query('begin');
    await fixture().onlooker.query('select pg_advisory_xact_lock(7239846510)');
  });

  it('waits, for longer than a statement may take', async () => {
    const { onlooker } = fixture();
    let done = false;
    const migrating = fixture()
      .migrated({ statementTimeoutMs: 200 })
      .then(() => {
        done = true;
      });
    await new Promise((resolve) => setTimeout(resolve, 1_600));
    expect(done).toBe(false);
    await onlooker.query('commit');
    await migrating;
    expect(await onlooker.jobs()).toEqual([]);
  });

  it('gives up promptly when the start is aborted', async () => {
    const database = fixture().database();
    await database.start(NEVER);
    const abort = new AbortController();
    const starting = new PostgresSchema(database, fixture().log).start(abort.signal);
    const settled = expect(starting).rejects.toThrow();
    await until('it waits', async () => {
      // The onlooker is in a transaction, in which the view would not change.
      await fixture().onlooker.query('select pg_stat_clear_snapshot()');
      const rows = await fixture().onlooker.query(
        `select 1 from pg_stat_activity where datname = current_database() and state = 'idle in transaction'
         and application_name = 'lastcall'`,
      );
      return rows.length === 1;
    });
    abort.abort(new Error('enough'));
    await settled;
    await fixture().onlooker.query('commit');
    expect(await fixture().onlooker.query(`select to_regclass('jobs') as jobs`)).toEqual([{ jobs: null }]);
  });
});
