import { Kysely, Migrator, PostgresDialect } from 'kysely';
import { Client, Pool } from 'pg';
import { KyselyIdempotencyKeys } from '../../src/adapters/postgres/kysely-idempotency-keys';
import { KyselyJobRepository } from '../../src/adapters/postgres/kysely-job-repository';
import { PostgresSchema } from '../../src/adapters/postgres/postgres-schema';
import { parseJobId } from '../../src/domain/job';
import { aKey, NEVER, submission } from '../contract/jobs';
import { until } from '../support/until';
import { postgresFixture, stop } from './postgres-fixture';

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
  const applied = await fixture().onlooker.query('select name from lastcall_migration order by name');
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
      message: 'there is a table jobs already, whose id is integer and not uuid',
    }),
  });
});

it('fails, with the cause, when jobs is something else altogether', async () => {
  await fixture().onlooker.query('create view jobs as select 1 as one');
  await expect(fixture().migrated()).rejects.toMatchObject({
    message:
      'the database schema could not be brought up to date: there is a table jobs already, whose id is missing and not uuid',
    cause: expect.any(Error),
  });
});

describe('a table that is there already', () => {
  it.each([
    [
      'jobs (id uuid primary key, name varchar(50) not null)',
      /value too long for type character varying\(50\)/,
    ],
    ['jobs (id uuid primary key, name text not null, note text not null)', /null value in column "note"/],
    ["jobs (id uuid primary key, name text not null check (name ~ '^a'))", /check constraint/],
    [
      'jobs (id uuid primary key, name bytea not null)',
      /whose name is bytea and not text or character varying/,
    ],
    ['jobs (id uuid primary key, name text, created_at date not null)', /whose created_at is date/],
    [
      'idempotency_keys (key text primary key, job_id uuid not null)',
      /whose fingerprint is missing and not bytea/,
    ],
    ['idempotency_keys (key text, job_id text, fingerprint bytea)', /whose job_id is text and not uuid/],
    ['idempotency_keys (key varchar(40), job_id uuid, fingerprint bytea)', /value too long/],
  ])(
    'is refused at the start where it cannot hold every job and key, and says why: %s',
    async (table, reason) => {
      await fixture().onlooker.query(`create table ${table}`);
      await expect(fixture().migrated()).rejects.toThrow(reason);
      // Nothing has been changed.
      const left = await fixture().onlooker.query(`select 1 from pg_class where relname like 'lastcall_%'`);
      expect(left).toEqual([]);
    },
  );

  it.each([
    'key text primary key, job_id uuid not null, fingerprint bytea not null, created_at timestamptz not null',
    'key text, job_id uuid, fingerprint bytea',
    'note text, key varchar(300), fingerprint bytea, job_id uuid',
  ])('is taken over where its keys fit: (%s)', async (columns) => {
    await fixture().onlooker.query(`create table idempotency_keys (${columns})`);
    const repository = new KyselyJobRepository(await fixture().migrated());
    const one = submission('once', aKey());
    expect(await repository.store(one, NEVER)).toMatchObject({ replayed: false });
    expect(
      await repository.store({ ...submission('once'), idempotencyKey: one.idempotencyKey }, NEVER),
    ).toEqual({
      job: one.job,
      replayed: true,
    });
    expect(await fixture().onlooker.names()).toEqual(['once']);
  });
});

describe('the record of what has been applied', () => {
  const names = async (table: string) =>
    (await fixture().onlooker.query(`select name from ${table} order by name`)).map(({ name }) => name);

  /** Another program with Kysely on the same database. */
  const otherProgram = async (url: string) => {
    const pool = new Pool({ connectionString: url });
    const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
    const theirs = {
      up: (on: Kysely<unknown>) =>
        on.schema.createTable('theirs').ifNotExists().addColumn('id', 'integer').execute(),
    };
    const migrator = new Migrator({
      db,
      provider: { getMigrations: async () => ({ '2020-theirs': theirs }) },
    });
    const { error } = await migrator.migrateToLatest();
    await db.destroy();
    if (error) throw error;
  };

  it('gets along with another program that has migrated with Kysely before, and does so again', async () => {
    const { url } = fixture().testDatabase;
    await otherProgram(url);
    const repository = new KyselyJobRepository(await fixture().migrated());
    await repository.store(submission('ours'), NEVER);
    await otherProgram(url);
    expect(await names('kysely_migration')).toEqual(['2020-theirs']);
    expect(await names('lastcall_migration')).toEqual(['0001-jobs', '0002-idempotency-keys']);
  });

  it.each([[[]], [['2020-theirs']]])(
    'is taken over from the table that an earlier version shared with %j',
    async (theirs) => {
      const { onlooker } = fixture();
      const database = await fixture().migrated();
      const one = submission('from before');
      await new KyselyJobRepository(database).store(one, NEVER);
      await onlooker.query('alter table lastcall_migration rename to kysely_migration');
      await onlooker.query('alter table lastcall_migration_lock rename to kysely_migration_lock');
      for (const name of theirs)
        await onlooker.query(`insert into kysely_migration values ('${name}', 'then')`);
      await Promise.all([1, 2, 3].map(() => fixture().migrated()));
      expect(await names('lastcall_migration')).toEqual(['0001-jobs', '0002-idempotency-keys']);
      expect(await names('kysely_migration')).toEqual(theirs);
      expect(await new KyselyJobRepository(database).find(one.job.id, NEVER)).toEqual(one.job);
    },
  );
});

describe('a role that a person has made by hand', () => {
  let role: string;
  const urlOf = () => {
    const url = new URL(fixture().testDatabase.url);
    url.username = role;
    url.password = 'secret';
    return url.href;
  };
  beforeEach(async () => {
    role = `Made by hand ${fixture().testDatabase.url.slice(-6)}`;
    await fixture().onlooker.query(`create role "${role}" login password 'secret'`);
  });
  afterEach(async () => {
    await fixture().onlooker.query(`drop owned by "${role}"; drop role "${role}"`);
  });
  const started = async () => {
    const database = fixture().database({}, urlOf());
    await database.start(NEVER);
    const schema = new PostgresSchema(database, fixture().log);
    await schema.start(NEVER).finally(() => stop(database));
  };

  it('is told what it lacks, and the SQL that helps does help: the privilege to create', async () => {
    const help = `grant create on schema public to "${role}"`;
    await expect(started()).rejects.toThrow(
      `the database schema could not be brought up to date: permission denied for schema public; what helps: ${help}`,
    );
    await fixture().onlooker.query(help);
    await started();
  });

  it('is told so of a table that belongs to somebody else', async () => {
    await fixture().onlooker.query('create table jobs (id uuid primary key, name text not null)');
    await fixture().onlooker.query(`grant create on schema public to "${role}"`);
    const help = `alter table jobs owner to "${role}"`;
    await expect(started()).rejects.toThrow(`must be owner of table jobs; what helps: ${help}`);
    await fixture().onlooker.query(help);
    await started();
  });

  it('needs no privilege to create where another role has made the tables, and is told what it does need', async () => {
    const { onlooker } = fixture();
    await fixture().migrated();
    const lacks = await started().catch((error: Error) => error.message);
    expect(lacks).toBe(
      `the role cannot read what has been applied; what helps: grant select on lastcall_migration to "${role}"`,
    );
    await onlooker.query(`grant select on lastcall_migration to "${role}"`);
    const wants = await started().catch((error: Error) => error.message);
    expect(wants).toMatch(/^the role lacks privileges on the tables; what helps: /);
    const help = String(wants).split('what helps: ')[1] as string;
    await onlooker.query(help);
    await started();
    const database = fixture().database({}, urlOf());
    await database.start(NEVER);
    await new KyselyJobRepository(database).store(submission('by a role of its own', aKey()), NEVER);
    await new KyselyIdempotencyKeys(database).forget(0, 10, NEVER);
    expect(await onlooker.query('select key from idempotency_keys')).toEqual([]);
    await stop(database);
  });

  it('is told of a search path that leads nowhere', async () => {
    await fixture().onlooker.query(`alter role "${role}" set search_path = nowhere`);
    await expect(started()).rejects.toThrow(
      /no schema has been selected to create in; what helps: alter role/,
    );
  });
});

it.each(['LATIN1', 'SQL_ASCII'])('refuses a database that cannot hold every name: %s', async (encoding) => {
  const name = `test_${encoding.toLowerCase()}_${process.pid}`;
  const { onlooker } = fixture();
  await onlooker.query(
    `create database ${name} encoding '${encoding}' locale 'C' locale_provider libc template template0`,
  );
  const url = new URL(fixture().testDatabase.url);
  url.pathname = `/${name}`;
  const database = fixture().database({}, url.href);
  try {
    await database.start(NEVER);
    await expect(new PostgresSchema(database, fixture().log).start(NEVER)).rejects.toThrow(
      `the database ${name} is encoded in ${encoding}, which cannot hold every name; what helps is another one: create database`,
    );
  } finally {
    await stop(database);
    await onlooker.query(`drop database ${name} with (force)`);
  }
});

it('waits for a table that others hold with a small pool, lets those through who come after it, and says who it is', async () => {
  const { onlooker, log, testDatabase } = fixture();
  await onlooker.query('create table jobs (id uuid primary key, name text not null)');
  const dump = new Client({ connectionString: testDatabase.url, application_name: 'pg_dump' });
  await dump.connect();
  await dump.query('begin');
  await dump.query('select * from jobs');
  let done = false;
  // Longer than any limit of the statements that requests make.
  const migrating = fixture()
    .migrated({ size: 1, statementTimeoutMs: 100, acquireTimeoutMs: 300 })
    .then(() => {
      done = true;
    });
  const waits = () => log.lines.filter(({ message }) => message.startsWith('a migration waits'));
  await until('an attempt', async () => {
    // Whoever reads waits for one attempt at the most, and not for the dump.
    const began = performance.now();
    await onlooker.query('select count(*) from jobs');
    expect(performance.now() - began).toBeLessThan(4_000);
    return waits().length >= 1;
  });
  expect(waits()[0]).toMatchObject({
    level: 'warn',
    fields: {
      holders: [{ application: 'pg_dump', state: 'idle in transaction', query: 'select * from jobs' }],
    },
  });
  expect(done).toBe(false);
  await dump.query('commit');
  await dump.end();
  await migrating;
  expect(await onlooker.jobs()).toEqual([]);
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
