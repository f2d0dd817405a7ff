import { Migrator, sql } from 'kysely';
import type { Log } from '../../application/ports/log';
import { kyselyOn, lockMigrations } from './dialect';
import { MIGRATION_LOCK_TABLE, MIGRATION_TABLE, MIGRATIONS } from './migrations';
import type { Session } from './session';

/** How long one attempt may wait for a table: as long as it waits, all who want the table after it wait behind it. */
const LOCK_TIMEOUT_MS = 1_000;

/**
 * Runs what has not run yet, in one transaction of ours, which begins with the lock: Kysely takes its lock before its
 * transaction begins, and makes its own tables before the lock, where two replicas that start at once get into each other's
 * way. When it rejects, nothing has been changed.
 *
 * @throws the first error of the transaction; those that followed from it say less. 55P03 (lock_not_available): somebody
 *   holds a table; to be tried again.
 */
export async function migrate(session: Session, signal: AbortSignal, log: Log): Promise<void> {
  let first: { error: unknown } | undefined;
  const db = kyselyOn<unknown>(session, (error) => {
    first ??= { error };
  });
  try {
    await sql`begin`.execute(db);
    await lockMigrations(db, signal);
    // For this transaction alone: the session may be a pooler's. A migration may take long, but not wait for long.
    await sql`set local statement_timeout = 0`.execute(db);
    await sql`set local idle_in_transaction_session_timeout = 0`.execute(db);
    await sql`set local lock_timeout = ${sql.lit(LOCK_TIMEOUT_MS)}`.execute(db);
    await makeMigrationTables();
    await takeOverFromKysely();
    await migrateToLatest();
    await sql`commit`.execute(db);
  } catch (error) {
    await sql`rollback`.execute(db).catch(() => {});
    throw first?.error ?? error;
  }

  /** As Kysely would: it finds them by their names in any schema, and asks on in a transaction that its attempt aborted. */
  async function makeMigrationTables(): Promise<void> {
    await db.schema
      .createTable(MIGRATION_TABLE)
      .ifNotExists()
      .addColumn('name', 'varchar(255)', (column) => column.notNull().primaryKey())
      .addColumn('timestamp', 'varchar(255)', (column) => column.notNull())
      .execute();
    await db.schema
      .createTable(MIGRATION_LOCK_TABLE)
      .ifNotExists()
      .addColumn('id', 'varchar(255)', (column) => column.notNull().primaryKey())
      .addColumn('is_locked', 'integer', (column) => column.defaultTo(0).notNull())
      .execute();
  }

  /**
   * Until 0.1 the migrations stood in Kysely's own table, which may be another program's too: to each the other's are a
   * corruption. Ours move; what is not ours stays.
   */
  async function takeOverFromKysely(): Promise<void> {
    const { rows } = await sql<{ ours: boolean }>`
      select has_table_privilege(oid, 'select') and has_table_privilege(oid, 'delete') as ours
      from pg_class where oid = to_regclass('kysely_migration')`.execute(db);
    if (!rows[0]?.ours) return;
    await sql`
      with moved as (
        delete from kysely_migration where name = any(${Object.keys(MIGRATIONS)}) returning name, timestamp
      )
      insert into ${sql.table(MIGRATION_TABLE)} select name, timestamp from moved on conflict do nothing`.execute(
      db,
    );
  }

  async function migrateToLatest(): Promise<void> {
    const migrator = new Migrator({
      db,
      provider: { getMigrations: async () => ({ ...MIGRATIONS }) },
      migrationTableName: MIGRATION_TABLE,
      migrationLockTableName: MIGRATION_LOCK_TABLE,
      disableTransactions: true,
    });
    const { error, results } = await migrator.migrateToLatest();
    for (const { migrationName, status } of results ?? [])
      log.info('migration', { migration: migrationName, status });
    if (error) throw error;
  }
}
