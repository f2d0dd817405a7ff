import { type Kysely, type Migration, sql } from 'kysely';

/** `jobs`, taken over as it is where the table exists already. */
export const jobs: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('jobs')
      .ifNotExists()
      .addColumn('id', 'uuid', (column) => column.primaryKey())
      .addColumn('name', 'text', (column) => column.notNull())
      .execute();
    await requireUuids(db);
    if (!(await idIsUnique(db)))
      await db.schema.createIndex('jobs_id').unique().on('jobs').column('id').execute();
    // A table made by hand may lack the creation time; its rows get the time of the migration.
    await sql`alter table jobs add column if not exists created_at timestamptz not null default now()`.execute(
      db,
    );
  },
};

/** Another program's `jobs` would take the migration and then refuse every job. */
async function requireUuids(db: Kysely<unknown>): Promise<void> {
  const { rows } = await sql<{ type: string }>`
    select format_type(atttypid, atttypmod) as type from pg_attribute
    where attrelid = 'jobs'::regclass and attname = 'id'`.execute(db);
  const type = rows[0]?.type ?? 'missing';
  if (type !== 'uuid') throw new Error(`there is a table jobs already, whose id is ${type} and not a uuid`);
}

/** Whether `on conflict (id)` finds an index: a complete one on this column alone. */
async function idIsUnique(db: Kysely<unknown>): Promise<boolean> {
  const { rows } = await sql`
    select from pg_index join pg_attribute on attrelid = indrelid and attnum = indkey[0]
    where indrelid = 'jobs'::regclass and attname = 'id' and indnkeyatts = 1
      and indisunique and indisvalid and indpred is null`.execute(db);
  return rows.length > 0;
}
