import { setTimeout as sleep } from 'node:timers/promises';
import { type Kysely, PostgresAdapter, PostgresDialect, sql } from 'kysely';
import type { Schema } from './schema';

/** Any number, the same for every replica: it only has to differ from other programs' advisory locks. */
const MIGRATION_LOCK = 7_239_846_510;
const ASK_AGAIN_AFTER_MS = 50;

/** Kysely's Postgres dialect without its migration lock; see {@link lockMigrations}. */
export class LastcallDialect extends PostgresDialect {
  override createAdapter(): PostgresAdapter {
    return new LocklessAdapter();
  }
}

/** Kysely's own lock belongs to the session: a pooler in transaction mode, or a migration that failed, would keep it. */
class LocklessAdapter extends PostgresAdapter {
  override async acquireMigrationLock(): Promise<void> {}

  override async releaseMigrationLock(): Promise<void> {}
}

/**
 * Lets one replica at a time go on, until the end of the transaction in which `db` is, however that ends. Asks for the
 * lock instead of waiting in a statement, which pg and the server would give up, and which `signal` could not end.
 */
export async function lockMigrations(db: Kysely<Schema>, signal: AbortSignal): Promise<void> {
  const ask = sql<{ mine: boolean }>`select pg_try_advisory_xact_lock(${sql.lit(MIGRATION_LOCK)}) as mine`;
  while (!(await ask.execute(db)).rows[0]?.mine) {
    await sleep(ASK_AGAIN_AFTER_MS, undefined, { signal });
  }
}
