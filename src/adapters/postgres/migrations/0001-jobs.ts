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
    // A table made by hand may lack the creation time; its rows get the time of the migration.
    await sql`alter table jobs add column if not exists created_at timestamptz not null default now()`.execute(
      db,
    );
  },
};
