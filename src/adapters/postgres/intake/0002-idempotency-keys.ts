import { type Kysely, type Migration, sql } from 'kysely';
import { columnsOf, isThere, provideIndex, requireTypes, requireUnique } from '../migrations/taken-over';

/**
 * One row a key; taken over where the table exists already. No foreign key to `jobs`: forgetting a key, or a job, must
 * never wait for the other.
 */
export const idempotencyKeys: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    if (!(await isThere(db, 'idempotency_keys')))
      await db.schema
        .createTable('idempotency_keys')
        .addColumn('key', 'text', (column) => column.primaryKey())
        .addColumn('job_id', 'uuid', (column) => column.notNull())
        .addColumn('fingerprint', 'bytea', (column) => column.notNull())
        .execute();
    const columns = await columnsOf(db, 'idempotency_keys');
    const hasTime = columns.has('created_at');
    requireTypes('idempotency_keys', columns, {
      key: ['text', 'character varying'],
      job_id: ['uuid'],
      fingerprint: ['bytea'],
      ...(hasTime && { created_at: ['timestamp with time zone'] }),
    });
    await requireUnique(db, 'idempotency_keys', 'key');
    // The keys of a table without it are kept for their whole time once more.
    if (!hasTime)
      await sql`alter table idempotency_keys add column created_at timestamptz not null default now()`.execute(
        db,
      );
    await provideIndex(db, 'idempotency_keys', 'created_at');
  },
};
