import { createHash } from 'node:crypto';
import {
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  sql,
} from 'kysely';
import type { PreparedStatement } from '../connection/named-statements';
import type { Schema } from './schema';

/** Kysely without a connection: it only compiles, once, when the module is loaded. */
const compiler = new Kysely<Schema>({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  },
});

/** Stores plain jobs. Parameters: ids, names, creation times, as arrays. A repeated id is left as it is. */
export const INSERT_JOBS = prepared(
  'insert_jobs',
  sql`
    insert into jobs (id, name, created_at)
    select * from unnest(${p(1)}::uuid[], ${p(2)}::text[], ${p(3)}::timestamptz[])
    on conflict (id) do nothing`.compile(compiler),
);

/**
 * Stores jobs of which some have a key: the same parameters, then the keys, null where there is none. Returns the ids
 * whose key was new. Keys are taken in their order, so that two batches can wait for each other but never in a circle;
 * whoever waits sees the other's commit and stores nothing. A key's age counts by the server's clock, see
 * {@link FORGET_KEYS}.
 */
export const INSERT_JOBS_WITH_KEYS = prepared(
  'insert_jobs_with_keys',
  sql`
    with submitted as (
      select * from unnest(${p(1)}::uuid[], ${p(2)}::text[], ${p(3)}::timestamptz[], ${p(4)}::text[])
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
    select job_id as id from claimed`.compile(compiler),
);

/**
 * What was stored under keys. Parameters: keys and names, as arrays. `same` tells whether the name's fingerprint
 * matches; `position` counts from 1.
 */
export const FIND_BY_KEYS = prepared(
  'find_by_keys',
  sql`
    select asked.position::int as position, known.job_id as id,
      coalesce(job.created_at, known.created_at) as created_at,
      known.fingerprint = sha256(convert_to(asked.name, 'UTF8')) as same
    from unnest(${p(1)}::text[], ${p(2)}::text[]) with ordinality as asked (key, name, position)
    join idempotency_keys known on known.key = asked.key
    left join jobs job on job.id = known.job_id`.compile(compiler),
);

/** Jobs by id. Parameter: the ids, as an array. */
export const FIND_JOBS = prepared(
  'find_jobs',
  compiler
    .selectFrom('jobs')
    .select(['id', 'name', 'created_at'])
    .where(sql<boolean>`id = any(${p(1)}::uuid[])`)
    .compile(),
);

/** Forgets old keys. Parameters: their age in milliseconds at the least, and how many at the most. */
export const FORGET_KEYS = prepared(
  'forget_keys',
  sql`
    delete from idempotency_keys where key in (
      select key from idempotency_keys where created_at < now() - ${p(1)}::float8 * interval '1 ms'
      order by created_at limit ${p(2)} for update skip locked
    )`.compile(compiler),
);

/**
 * Whether the server takes writes: on a standby every transaction is read-only, and where that is the default. Only a
 * question, since a refusal would be an error in the server's log at each probe.
 */
export const IS_WRITABLE = prepared(
  'is_writable',
  sql`select current_setting('transaction_read_only') = 'off' as writable`.compile(compiler),
);

/** A parameter whose value comes with each execution, not with the compilation. */
function p(position: number) {
  return sql.raw(`$${position}`);
}

/** The name holds a digest of the text: a pooler may give this version the connection of another. */
export function prepared(name: string, { sql }: { readonly sql: string }): PreparedStatement {
  return { name: `${name}_${createHash('sha256').update(sql).digest('hex').slice(0, 8)}`, sql };
}
