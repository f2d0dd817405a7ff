import { setTimeout as sleep } from 'node:timers/promises';
import { Kysely, PostgresAdapter, PostgresDialect, sql } from 'kysely';
import type { ClientBase } from 'pg';

/** Any number, the same for every replica: it only has to differ from other programs' advisory locks. */
const MIGRATION_LOCK = 7_239_846_510;
const ASK_AGAIN_AFTER_MS = 50;

/**
 * Kysely on one session, whose first error it hands to `onError`: what is tried on the aborted transaction after it fails
 * too, and would be told in its place. Ending the session is the caller's.
 */
export function kyselyOn<Tables>(session: ClientBase, onError: (error: unknown) => void): Kysely<Tables> {
  const query = (...args: Parameters<ClientBase['query']>) =>
    (session.query(...args) as unknown as Promise<unknown>).catch((error) => {
      onError(error);
      throw error;
    });
  const client = { query, release() {} } as never;
  return new Kysely<Tables>({
    dialect: new LocklessDialect({ pool: { connect: async () => client, end: async () => {} } }),
  });
}

/** Kysely's own migration lock belongs to the session: a pooler in transaction mode, or a failed migration, would keep it. */
class LocklessDialect extends PostgresDialect {
  override createAdapter(): PostgresAdapter {
    return new LocklessAdapter();
  }
}

class LocklessAdapter extends PostgresAdapter {
  override async acquireMigrationLock(): Promise<void> {}

  override async releaseMigrationLock(): Promise<void> {}
}

/**
 * Lets one replica at a time go on, until the end of the transaction in which `db` is, however that ends. Asks for the
 * lock instead of waiting in a statement, which would be subject to every time limit.
 */
export async function lockMigrations(db: Kysely<unknown>, signal: AbortSignal): Promise<void> {
  const ask = sql<{ mine: boolean }>`select pg_try_advisory_xact_lock(${sql.lit(MIGRATION_LOCK)}) as mine`;
  while (!(await ask.execute(db)).rows[0]?.mine) {
    await sleep(ASK_AGAIN_AFTER_MS, undefined, { signal });
  }
}
