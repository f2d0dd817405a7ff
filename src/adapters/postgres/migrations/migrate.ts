import { setTimeout as sleep } from 'node:timers/promises';
import { type Migration, Migrator, sql } from 'kysely';
import type { Log } from '../../../application/ports/log';
import type { Session } from '../connection/session';
import { kyselyOn } from './dialect';
import { beginAlone } from './migration-lock';
import { type Lacking, lackingStatement, requireNothing } from './privileges';
import { NoRoom, requireRoom } from './room';
import { allMigrations, MIGRATION_LOCK_TABLE, MIGRATION_TABLE, type SchemaPart } from './schema-part';
import { isThere } from './taken-over';

/** How long one attempt may wait for a table: as long as it waits, all who want the table after it wait behind it. */
const LOCK_TIMEOUT_MS = 1_000;

/** What ends a transaction that takes its time; which of them there are depends on the server's version. */
const TIME_LIMITS = ['statement_timeout', 'idle_in_transaction_session_timeout', 'transaction_timeout'];

export interface MigrateOptions {
  readonly parts: readonly SchemaPart[];
  readonly signal: AbortSignal;
  readonly log: Log;
  /** How long to let others have the tables first, while no other replica tries it either. */
  readonly pauseMs: number;
  /** Called whenever another replica has the lock. */
  readonly onWait: () => Promise<void>;
  /** Called when it begins to want the tables. */
  readonly onAttempt: () => void;
}

/**
 * Runs what has not run yet, in one transaction of ours, which begins with the lock: Kysely takes its lock before its
 * transaction begins, and makes its own tables before the lock, where two replicas that start at once get into each other's
 * way. When it rejects, nothing has been changed.
 *
 * @throws the first error of the transaction; those that followed from it say less. 55P03 (lock_not_available): somebody
 *   holds a table; to be tried again.
 */
export async function migrate(session: Session, options: MigrateOptions): Promise<void> {
  const { parts, signal, log, pauseMs, onWait, onAttempt } = options;
  const migrations = allMigrations(parts);
  let first: { error: unknown } | undefined;
  const db = kyselyOn<unknown>(session, (error) => {
    first ??= { error };
  });
  try {
    await beginAlone(db, signal, onWait);
    // For this transaction alone: the session may be a pooler's. A migration may take long, but not wait for long.
    await sql`select set_config(name, '0', true) from pg_settings where name = any(${TIME_LIMITS})`.execute(
      db,
    );
    await sql`set local lock_timeout = ${sql.lit(LOCK_TIMEOUT_MS)}`.execute(db);
    if (pauseMs > 0) await sleep(pauseMs, undefined, { signal });
    onAttempt();
    const applied = (await isDoneByHand()) ? await checkOnly() : await apply();
    requireNothing((await session.query<Lacking>(lackingStatement(parts).sql)).rows);
    await requireRoom(db, parts);
    await sql`commit`.execute(db);
    for (const migration of applied) log.info('migration', { migration, status: 'Success' });
  } catch (error) {
    await sql`rollback`.execute(db).catch(() => {});
    throw error instanceof NoRoom ? error : (first?.error ?? error);
  }

  /** Whether another role has made the tables, and we may make nothing: then nothing is applied, and nothing recorded. */
  async function isDoneByHand(): Promise<boolean> {
    const { rows } = await sql`
      select where not has_schema_privilege(current_schema(), 'create') and to_regclass(${MIGRATION_TABLE}) is null`.execute(
      db,
    );
    return rows.length > 0 && (await madeParts()).length === parts.length;
  }

  /** A migration of a table that fits asks for nothing but to look. */
  async function checkOnly(): Promise<readonly string[]> {
    for (const { up } of Object.values(migrations)) await up(db);
    log.info('the tables are those of another role, and fit: nothing to migrate');
    return [];
  }

  async function apply(): Promise<readonly string[]> {
    await makeMigrationTables();
    await takeOverFromKysely();
    return migrateToLatest();
  }

  /** As Kysely would: it finds them by their names in any schema, and asks on in a transaction that its attempt aborted. */
  async function makeMigrationTables(): Promise<void> {
    if (!(await isThere(db, MIGRATION_TABLE)))
      await db.schema
        .createTable(MIGRATION_TABLE)
        .addColumn('name', 'varchar(255)', (column) => column.notNull().primaryKey())
        .addColumn('timestamp', 'varchar(255)', (column) => column.notNull())
        .execute();
    if (!(await isThere(db, MIGRATION_LOCK_TABLE)))
      await db.schema
        .createTable(MIGRATION_LOCK_TABLE)
        .addColumn('id', 'varchar(255)', (column) => column.notNull().primaryKey())
        .addColumn('is_locked', 'integer', (column) => column.defaultTo(0).notNull())
        .execute();
  }

  /**
   * Until 0.1 the migrations stood in Kysely's own table, which may be another program's too: to each the other's are a
   * corruption. Ours move; what is not ours stays, and where our tables are not there, nothing in it is ours.
   */
  async function takeOverFromKysely(): Promise<void> {
    const { rows } = await sql`
      select from pg_class where oid = to_regclass('kysely_migration')
        and has_table_privilege(oid, 'select') and has_table_privilege(oid, 'delete')`.execute(db);
    const ours = await madeParts();
    if (rows.length === 0 || !ours.some(({ table }) => table === 'idempotency_keys')) return;
    await sql`
      with moved as (
        delete from kysely_migration where name = any(${Object.keys(allMigrations(ours))}) returning name, timestamp
      )
      insert into ${sql.table(MIGRATION_TABLE)} select name, timestamp from moved on conflict do nothing`.execute(
      db,
    );
  }

  /** Those whose tables are there. */
  async function madeParts(): Promise<readonly SchemaPart[]> {
    const made: SchemaPart[] = [];
    for (const part of parts) if (await isThere(db, part.table)) made.push(part);
    return made;
  }

  /** What was applied for a part that is there no more, or not yet in this version: Kysely would take it for a corruption. */
  async function ofOthers(): Promise<Record<string, Migration>> {
    const { rows } = await sql<{ name: string }>`select name from ${sql.table(MIGRATION_TABLE)}`.execute(db);
    return Object.fromEntries(rows.map(({ name }) => [name, { up: async () => {} }]));
  }

  async function migrateToLatest(): Promise<readonly string[]> {
    const migrator = new Migrator({
      db,
      provider: { getMigrations: async () => ({ ...(await ofOthers()), ...migrations }) },
      migrationTableName: MIGRATION_TABLE,
      migrationLockTableName: MIGRATION_LOCK_TABLE,
      disableTransactions: true,
      // A part that came later may have a name that comes earlier.
      allowUnorderedMigrations: true,
    });
    const { error, results } = await migrator.migrateToLatest();
    if (error) throw error;
    return (results ?? []).map(({ migrationName }) => migrationName);
  }
}
