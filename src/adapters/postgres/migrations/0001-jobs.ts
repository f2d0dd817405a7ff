import { type Kysely, type Migration, sql } from 'kysely';
import { requireColumns, requireRoom, requireUnique } from './taken-over';

/** 255 characters of four bytes each, as the domain allows them. */
const LONGEST_NAME = '\u{1F514}'.repeat(255);

/** `jobs`, taken over as it is where the table exists already. */
export const jobs: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('jobs')
      .ifNotExists()
      .addColumn('id', 'uuid', (column) => column.primaryKey())
      .addColumn('name', 'text', (column) => column.notNull())
      .execute();
    await requireColumns(db, 'jobs', { id: ['uuid'], name: ['text', 'character varying'] });
    await requireUnique(db, 'jobs', 'id');
    // A table made by hand may lack the creation time; its rows get the time of the migration.
    await sql`alter table jobs add column if not exists created_at timestamptz not null default now()`.execute(
      db,
    );
    await requireColumns(db, 'jobs', { created_at: ['timestamp with time zone'] });
    await requireRoom(
      db,
      'jobs',
      sql`insert into jobs (id, name, created_at) values (gen_random_uuid(), ${LONGEST_NAME}, now())`,
    );
  },
};
