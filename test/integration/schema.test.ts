import { Kysely, Migrator, PostgresDialect } from 'kysely';
import { Client, Pool } from 'pg';
import { KyselyIdempotencyKeys } from '../../src/adapters/postgres/intake/idempotency-keys-table';
import { PostgresSchema } from '../../src/adapters/postgres/migrations/postgres-schema';
import type { SchemaPart } from '../../src/adapters/postgres/migrations/schema-part';
import { aKey, NEVER, submission } from '../contract/jobs';
import { jobsIn, MIGRATIONS, SCHEMA_PARTS } from '../support/jobs-in-postgres';
import { until } from '../support/until';
import { postgresFixture, stop } from './postgres-fixture';

jest.setTimeout(30_000);
const fixture = postgresFixture();

it('makes the tables when several replicas start at once, and each can use them', async () => {
  const replicas = await Promise.all(
    Array.from({ length: 6 }, async () => {
      const database = fixture().database();
      await database.start(NEVER);
      await new PostgresSchema(database, SCHEMA_PARTS, fixture().log).start(NEVER);
      return jobsIn(database);
    }),
  );
  await Promise.all(replicas.map((replica) => replica.store(submission(), NEVER)));
  expect(await fixture().onlooker.jobs()).toHaveLength(replicas.length);
  const applied = await fixture().onlooker.query('select name from lastcall_migration order by name');
  expect(applied.map(({ name }) => name)).toEqual(MIGRATIONS);
});

it('changes nothing on a further start', async () => {
  const database = await fixture().migrated();
  const one = submission('kept');
  await jobsIn(database).store(one, NEVER);
  const lines = fixture().log.lines.length;
  await new PostgresSchema(database, SCHEMA_PARTS, fixture().log).start(NEVER);
  expect(fixture().log.lines).toHaveLength(lines);
  expect(await jobsIn(database).find(one.resource.id, NEVER)).toEqual(one.resource);
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
    const repository = jobsIn(await fixture().migrated());
    await repository.store(submission('ours'), NEVER);
    await otherProgram(url);
    expect(await names('kysely_migration')).toEqual(['2020-theirs']);
    expect(await names('lastcall_migration')).toEqual(MIGRATIONS);
  });

  it.each([[[]], [['2020-theirs']]])(
    'is taken over from the table that an earlier version shared with %j',
    async (theirs) => {
      const { onlooker } = fixture();
      const database = await fixture().migrated();
      const one = submission('from before');
      await jobsIn(database).store(one, NEVER);
      await onlooker.query('alter table lastcall_migration rename to kysely_migration');
      await onlooker.query('alter table lastcall_migration_lock rename to kysely_migration_lock');
      for (const name of theirs)
        await onlooker.query(`insert into kysely_migration values ('${name}', 'then')`);
      await Promise.all([1, 2, 3].map(() => fixture().migrated()));
      expect(await names('lastcall_migration')).toEqual(MIGRATIONS);
      expect(await names('kysely_migration')).toEqual(theirs);
      expect(await jobsIn(database).find(one.resource.id, NEVER)).toEqual(one.resource);
    },
  );
});

it('leaves a migration alone that another program calls as we do', async () => {
  const { onlooker } = fixture();
  await onlooker.query('create table kysely_migration (name text, timestamp text)');
  await onlooker.query(`insert into kysely_migration values ('0001-jobs', 'theirs')`);
  await jobsIn(await fixture().migrated()).store(submission(), NEVER);
  expect(await onlooker.query('select timestamp from kysely_migration')).toEqual([{ timestamp: 'theirs' }]);
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
    const schema = new PostgresSchema(database, SCHEMA_PARTS, fixture().log);
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
    const help = `alter table public.jobs owner to "${role}"`;
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
    await jobsIn(database).store(submission('by a role of its own', aKey()), NEVER);
    await new KyselyIdempotencyKeys(database).forget(0, 10, NEVER);
    expect(await onlooker.query('select key from idempotency_keys')).toEqual([]);
    await stop(database);
  });

  it('is told the first error, where Kysely goes on after it', async () => {
    await fixture().onlooker.query(`grant create on schema public to "${role}";
      create table lastcall_migration (name text, timestamp text);
      create table lastcall_migration_lock (id text, is_locked integer);
      grant all on lastcall_migration to "${role}"; grant select on lastcall_migration_lock to "${role}"`);
    await expect(started()).rejects.toThrow(
      /permission denied for table lastcall_migration_lock; what helps: .*lastcall_migration_lock owner to/,
    );
  });

  it('needs nothing but the privileges to use them where the tables were made by hand, and fit', async () => {
    const { onlooker } = fixture();
    await fixture().migrated();
    await onlooker.query('drop table lastcall_migration, lastcall_migration_lock');
    const lacks = await started().catch((error: Error) => error.message);
    expect(lacks).toContain(`grant select, insert on public.jobs to "${role}"`);
    await onlooker.query(String(lacks).split('what helps: ')[1] as string);
    await started();
    await started();
    expect(await onlooker.query(`select 1 from pg_class where relname like 'lastcall_%'`)).toEqual([]);
    expect(await onlooker.jobs()).toEqual([]);
    await onlooker.query('alter table jobs drop column created_at');
    await expect(started()).rejects.toThrow(
      `must be owner of table jobs; what helps: grant create on schema public to "${role}"; alter table public.jobs`,
    );
  });

  it('is told of a policy that keeps its jobs from it', async () => {
    const { onlooker } = fixture();
    await onlooker.query(`grant create on schema public to "${role}"`);
    await fixture().migrated();
    await onlooker.query(`drop table lastcall_migration, lastcall_migration_lock;
      alter table jobs enable row level security; grant all on jobs, idempotency_keys to "${role}"`);
    await expect(started()).rejects.toThrow(/the table jobs does not take .* row-level security policy/);
    await onlooker.query('create policy all_of_them on jobs using (true)');
    await started();
  });

  it('is told how it gets into the schema, and into the database', async () => {
    const { onlooker, testDatabase } = fixture();
    await onlooker.query('revoke usage on schema public from public');
    const usage = await started().catch((error: Error) => error.message);
    expect(usage).toMatch(/what helps: grant usage, create on schema public to "Made by hand/);
    await onlooker.query(String(usage).split('what helps: ')[1] as string);
    const name = new URL(testDatabase.url).pathname.slice(1);
    await onlooker.query(`revoke connect on database ${name} from public`);
    const connect = await started().catch((error: Error) => error.message);
    expect(connect).toBe(
      `the database cannot be reached: permission denied for database "${name}"; ` +
        `what helps: grant connect on database "${name}" to "${role}"`,
    );
    await onlooker.query(String(connect).split('what helps: ')[1] as string);
    await started();
  });

  it('is told that the server takes no writes', async () => {
    await fixture().onlooker.query(`grant create on schema public to "${role}";
      alter role "${role}" set default_transaction_read_only = on`);
    await expect(started()).rejects.toThrow(
      /cannot execute CREATE TABLE in a read-only transaction; this server takes no writes/,
    );
  });

  it('is told that there is no such database', async () => {
    const url = new URL(urlOf());
    url.pathname = '/none';
    await expect(fixture().database({}, url.href).start(NEVER)).rejects.toThrow(
      `database "none" does not exist; what helps: create database "none" owner "${role}" encoding 'UTF8'`,
    );
  });

  it.each([1, 2])('migrates with %d connections, which are all that it has', async (connections) => {
    await fixture().onlooker.query(`grant create on schema public to "${role}"`);
    await fixture().onlooker.query(`alter role "${role}" connection limit ${connections}`);
    await started();
    expect(await fixture().onlooker.jobs()).toEqual([]);
  });

  it('is not held to its own time limits while it migrates', async () => {
    const { onlooker } = fixture();
    await onlooker.query(`
      create table jobs (id uuid primary key, name text not null);
      create function look() returns trigger language plpgsql as $$ begin perform pg_sleep(0.2); return new; end $$;
      create trigger look before insert on jobs for each statement execute function look();
      alter table jobs owner to "${role}"; grant create on schema public to "${role}"`);
    const limits = await onlooker.query(
      `select name from pg_settings
       where name in ('statement_timeout', 'idle_in_transaction_session_timeout', 'transaction_timeout')`,
    );
    for (const { name } of limits) await onlooker.query(`alter role "${role}" set ${name} = '100ms'`);
    await started();
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
    await expect(new PostgresSchema(database, SCHEMA_PARTS, fixture().log).start(NEVER)).rejects.toThrow(
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
  const small = { size: 1, statementTimeoutMs: 100, acquireTimeoutMs: 1_000 };
  const migrating = Promise.all([fixture().migrated(small), fixture().migrated(small)]).then(() => {
    done = true;
  });
  const waits = () => log.lines.filter(({ message }) => message.startsWith('a migration waits for a table'));
  const reads = async () => {
    // Whoever reads waits for one attempt at the most, and not for the dump.
    const began = performance.now();
    await onlooker.query('select count(*) from jobs');
    const tookMs = performance.now() - began;
    expect(tookMs).toBeLessThan(4_000);
    return tookMs;
  };
  await until('an attempt', async () => (await reads()) && waits().length >= 1);
  expect(waits()[0]).toMatchObject({
    level: 'warn',
    fields: {
      holders: [{ application: 'pg_dump', state: 'idle in transaction', query: 'select * from jobs' }],
    },
  });
  // However many replicas wait, in between nobody tries it for a while.
  let freeSince = performance.now();
  await until('the table is free for half a second', async () => {
    if ((await reads()) > 300) freeSince = performance.now();
    return performance.now() - freeSince > 500;
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

  it('gives up promptly when the start is aborted, and has said who migrates', async () => {
    const { log, onlooker } = fixture();
    const database = fixture().database();
    await database.start(NEVER);
    const abort = new AbortController();
    const starting = new PostgresSchema(database, SCHEMA_PARTS, log).start(abort.signal);
    const settled = expect(starting).rejects.toThrow();
    const waits = await until('it waits', () =>
      log.lines.find(({ message }) => message === 'a migration waits for that of another replica'),
    );
    expect(waits.fields).toMatchObject({ holders: [{ application: 'onlooker' }] });
    abort.abort(new Error('enough'));
    await settled;
    await onlooker.query('commit');
    expect(await onlooker.query(`select to_regclass('jobs') as jobs`)).toEqual([{ jobs: null }]);
  });
});

it('goes on where a part has gone, and where one has come whose migration has an earlier name', async () => {
  const database = await fixture().migrated();
  const { onlooker, log } = fixture();
  await onlooker.query(`insert into lastcall_migration values ('0000-of-a-part-that-is-gone', 'then')`);
  const more: SchemaPart = {
    table: 'more',
    migrations: {
      '0001-a-new-part': { up: (db) => db.schema.createTable('more').addColumn('id', 'uuid').execute() },
    },
    privileges: ['select'],
    tryOut: async () => {},
  };
  await new PostgresSchema(database, [...SCHEMA_PARTS, more], log).start(NEVER);
  expect(await onlooker.query('select * from more')).toEqual([]);
  await new PostgresSchema(database, SCHEMA_PARTS, log).start(NEVER);
});
