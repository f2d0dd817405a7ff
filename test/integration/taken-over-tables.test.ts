import { parseJobId } from '../../src/domain/jobs/job';
import { aKey, NEVER, submission } from '../contract/jobs';
import { jobsIn, MIGRATIONS } from '../support/jobs-in-postgres';
import { postgresFixture } from './postgres-fixture';

jest.setTimeout(30_000);
const fixture = postgresFixture('all tests');

/** Making a schema takes a fraction of what making a database does. */
beforeEach(async () => {
  await fixture().onlooker.terminate('idle');
  await fixture().onlooker.query('drop schema public cascade; create schema public');
});

it('takes over a table that exists already, with its rows and their creation times', async () => {
  const { onlooker } = fixture();
  await onlooker.query(`create table jobs (id uuid primary key, name text not null,
    created_at timestamptz not null default now(), note text)`);
  await onlooker.query(
    `insert into jobs values ('00000000-0000-4000-8000-000000000001', 'old', '2020-01-01Z', 'x')`,
  );
  const repository = jobsIn(await fixture().migrated());
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
  const repository = jobsIn(await fixture().migrated());
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
    const repository = jobsIn(await fixture().migrated());
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
      message: 'there is a table jobs already, whose id is integer and not uuid',
    }),
  });
});

it.each([
  'create view jobs as select 1 as one',
  `create view jobs as select gen_random_uuid() as id, 'a'::text as name, now() as created_at`,
])('fails, and says why, when jobs is something else altogether: %s', async (statement) => {
  await fixture().onlooker.query(statement);
  await expect(fixture().migrated()).rejects.toMatchObject({
    message:
      'the database schema could not be brought up to date: there is a jobs already, which is not a table',
    cause: expect.any(Error),
  });
});

describe('a table that is there already', () => {
  const jobs = (columns: string) => `create table jobs (id uuid primary key, ${columns})`;
  const trigger = (
    body: string,
    kind = 'trigger look before insert on jobs',
  ) => `${jobs('name text not null')};
    create function look() returns trigger language plpgsql as $$ begin ${body} end $$;
    create ${kind} for each row execute function look()`;

  it.each([
    [
      jobs('name varchar(50) not null'),
      /the table jobs does not take .*: value too long .* \(name is character varying\(50\)\)/,
    ],
    [jobs('name text not null, note text not null'), /null value in column "note" of relation "jobs"/],
    [jobs("name text not null check (name ~ '^a')"), /relation "jobs" violates check constraint/],
    [jobs('name text not null check (length(name) > 3)'), /relation "jobs" violates check constraint/],
    [jobs('name text not null check (name = lower(name))'), /relation "jobs" violates check constraint/],
    [jobs('name text not null unique'), /violates unique constraint "jobs_name_key"/],
    [jobs('name text not null unique deferrable initially deferred'), /violates unique constraint/],
    [trigger('return null;'), /the table jobs does not take .* was stored, and is not there/],
    [trigger('new.name := lower(new.name); return new;'), /"A" was stored, and comes back as "a"/],
    [
      trigger(
        "raise 'not on my watch';",
        'constraint trigger late after insert on jobs deferrable initially deferred',
      ),
      /the table jobs does not take .*: not on my watch/,
    ],
    ['create table jobs (id uuid generated always as (null) stored primary key, name text)', /column "id"/],
    [
      'create table jobs (id uuid primary key deferrable, name text)',
      /ON CONFLICT does not support deferrable/,
    ],
    [jobs('name bytea not null'), /whose name is bytea and not text or character varying/],
    [
      'create table jobs (id text primary key, name json)',
      /whose id is text and not uuid, and whose name is json/,
    ],
    [jobs('name text, created_at date not null'), /whose created_at is date/],
    [
      'create table idempotency_keys (key text primary key, job_id uuid not null)',
      /whose fingerprint is missing and not bytea/,
    ],
    [
      'create table idempotency_keys (key text, job_id text, fingerprint bytea)',
      /whose job_id is text and not uuid/,
    ],
    [
      'create table idempotency_keys (key varchar(40), job_id uuid, fingerprint bytea)',
      /the table idempotency_keys does not take .* \(key is character varying\(40\)\)/,
    ],
    [
      'create table idempotency_keys (key text, job_id uuid, fingerprint bytea unique)',
      /violates unique constraint "idempotency_keys_fingerprint_key"/,
    ],
  ])(
    'is refused at the start where it cannot hold every job and key, and says why: %s',
    async (statement, reason) => {
      const { onlooker } = fixture();
      await onlooker.query(statement);
      await expect(fixture().migrated()).rejects.toThrow(reason);
      // Nothing has been changed.
      expect(await onlooker.query(`select 1 from pg_class where relname like 'lastcall_%'`)).toEqual([]);
    },
  );

  it.each([
    ['jobs', 'name', 'varchar(50)'],
    ['idempotency_keys', 'key', 'varchar(40)'],
  ])('is refused so, too, where an earlier version has taken it over: %s', async (table, column, type) => {
    const { onlooker } = fixture();
    await fixture().migrated();
    await onlooker.query(`drop table lastcall_migration_lock;
      alter table lastcall_migration rename to kysely_migration; alter table ${table} alter ${column} type ${type}`);
    await expect(fixture().migrated()).rejects.toThrow(`the table ${table} does not take what has to go`);
    expect(await onlooker.query('select 1 from kysely_migration')).toHaveLength(MIGRATIONS.length);
  });

  it('is tried again where others were in the way: a deadlock', async () => {
    const { onlooker } = fixture();
    await onlooker.query(`create sequence tries;
      ${trigger("if nextval('tries') = 1 then raise 'deadlock' using errcode = '40P01'; end if; return new;")}`);
    await fixture().migrated();
    expect(Number((await onlooker.query('select last_value from tries'))[0]?.last_value)).toBeGreaterThan(1);
  });

  it('is taken over where it is divided', async () => {
    const { onlooker } = fixture();
    await onlooker.query(`create table jobs (id uuid primary key, name text not null) partition by hash (id);
      create table part partition of jobs for values with (modulus 1, remainder 0)`);
    await jobsIn(await fixture().migrated()).store(submission('divided'), NEVER);
    expect(await onlooker.names()).toEqual(['divided']);
  });

  it.each([
    'key text primary key, job_id uuid not null, fingerprint bytea not null, created_at timestamptz not null',
    'key text, job_id uuid, fingerprint bytea',
    'note text, key varchar(300), fingerprint bytea, job_id uuid',
  ])('is taken over where its keys fit: (%s)', async (columns) => {
    await fixture().onlooker.query(`create table idempotency_keys (${columns})`);
    const repository = jobsIn(await fixture().migrated());
    const one = submission('once', aKey());
    expect(await repository.store(one, NEVER)).toMatchObject({ replayed: false });
    expect(await repository.store({ ...submission('once'), claim: one.claim }, NEVER)).toEqual({
      resource: one.resource,
      replayed: true,
    });
    expect(await fixture().onlooker.names()).toEqual(['once']);
  });

  it('is asked for where it was made once, and is not there any more', async () => {
    const { onlooker } = fixture();
    await fixture().migrated();
    await onlooker.query('drop table jobs');
    const reason = await fixture()
      .migrated()
      .catch((error: Error) => error.message);
    expect(reason).toMatch(/^lastcall_migration says that jobs was made, and it is not there; what helps/);
    await onlooker.query(String(reason).split('again: ')[1] as string);
    await jobsIn(await fixture().migrated()).store(submission('again'), NEVER);
    expect(await onlooker.names()).toEqual(['again']);
  });
});
