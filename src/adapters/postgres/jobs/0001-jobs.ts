import { type Kysely, type Migration, sql } from 'kysely';
import { columnsOf, isThere, requireTypes, requireUnique } from '../migrations/taken-over';

/** `jobs`, taken over as it is where the table exists already; nothing is asked of its owner where it fits. */
export const jobs: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    if (!(await isThere(db, 'jobs')))
      await db.schema
        .createTable('jobs')
        .addColumn('id', 'uuid', (column) => column.primaryKey())
        .addColumn('name', 'text', (column) => column.notNull())
        .execute();
    const columns = await columnsOf(db, 'jobs');
    const hasTime = columns.has('created_at');
    requireTypes('jobs', columns, {
      id: ['uuid'],
      name: ['text', 'character varying'],
      ...(hasTime && { created_at: ['timestamp with time zone'] }),
    });
    await requireUnique(db, 'jobs', 'id');
    // A table made by hand may lack the creation time; its rows get the time of the migration.
    if (!hasTime)
      await sql`alter table jobs add column created_at timestamptz not null default now()`.execute(db);
  },
};
