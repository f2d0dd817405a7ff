import { type Kysely, type Migration, sql } from 'kysely';
import { requireColumns, requireRoom, requireUnique } from './taken-over';

const LONGEST_KEY = 'k'.repeat(255);

/**
 * One row a key; taken over where the table exists already. No foreign key to `jobs`: forgetting a key, or a job, must
 * never wait for the other.
 */
export const idempotencyKeys: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('idempotency_keys')
      .ifNotExists()
      .addColumn('key', 'text', (column) => column.primaryKey())
      .addColumn('job_id', 'uuid', (column) => column.notNull())
      .addColumn('fingerprint', 'bytea', (column) => column.notNull())
      .execute();
    await requireColumns(db, 'idempotency_keys', {
      key: ['text', 'character varying'],
      job_id: ['uuid'],
      fingerprint: ['bytea'],
    });
    await requireUnique(db, 'idempotency_keys', 'key');
    // The keys of a table without it are kept for their whole time once more.
    await sql`alter table idempotency_keys add column if not exists created_at timestamptz not null default now()`.execute(
      db,
    );
    await requireColumns(db, 'idempotency_keys', { created_at: ['timestamp with time zone'] });
    await db.schema
      .createIndex('idempotency_keys_created_at')
      .ifNotExists()
      .on('idempotency_keys')
      .column('created_at')
      .execute();
    await requireRoom(
      db,
      'idempotency_keys',
      sql`insert into idempotency_keys (key, job_id, fingerprint, created_at)
        values (${LONGEST_KEY}, gen_random_uuid(), sha256(''), now())`,
    );
  },
};
