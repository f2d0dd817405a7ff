import { type Kysely, PostgresAdapter, PostgresDialect, sql } from 'kysely';

/** Any number, the same for every replica: it only has to differ from other programs' advisory locks. */
const MIGRATION_LOCK = 7_239_846_510;

/** Kysely's Postgres dialect, with a migration lock that cannot be left behind. */
export class LastcallDialect extends PostgresDialect {
  override createAdapter(): PostgresAdapter {
    return new TransactionLockAdapter();
  }
}

/**
 * Kysely's own lock belongs to the session, so a pooler in transaction mode, or a failed migration on a pooled
 * connection, keeps it. This one ends with the migrations' transaction, however that ends.
 */
class TransactionLockAdapter extends PostgresAdapter {
  override async acquireMigrationLock(db: Kysely<unknown>): Promise<void> {
    // A replica may wait for another's migration, and a migration may take long: the pool's limit is for requests.
    await sql`set local statement_timeout = 0`.execute(db);
    await sql`select pg_advisory_xact_lock(${sql.lit(MIGRATION_LOCK)})`.execute(db);
  }

  override async releaseMigrationLock(): Promise<void> {}
}
