import { setTimeout as sleep } from 'node:timers/promises';
import { type Kysely, sql } from 'kysely';
import { DatabaseError } from 'pg';
import { isConflict } from '../connection/errors';

/** Any number, the same for every replica: it only has to differ from other programs' advisory locks. */
export const MIGRATION_LOCK = 7_239_846_510;

/** SQLSTATE lock_not_available: the migration's own time limit for waiting. */
const LOCKED = '55P03';

const ASK_AGAIN_AFTER_MS = 100;

/**
 * Begins a transaction in which no other replica migrates, until it ends, however that is. Asks again and again, each time
 * in a transaction of its own: a statement that waits is subject to every time limit, and behind a pooler a transaction
 * that waits keeps a connection from those who work.
 *
 * @param onWait called whenever another replica has the lock
 * @throws `signal.reason`
 */
export async function beginAlone(
  db: Kysely<unknown>,
  signal: AbortSignal,
  onWait: () => Promise<void>,
): Promise<void> {
  const ask = sql<{ mine: boolean }>`select pg_try_advisory_xact_lock(${sql.lit(MIGRATION_LOCK)}) as mine`;
  for (;;) {
    await sql`begin`.execute(db);
    if ((await ask.execute(db)).rows[0]?.mine) return;
    await sql`rollback`.execute(db);
    await onWait();
    await sleep(ASK_AGAIN_AFTER_MS, undefined, { signal });
  }
}

/** Whether others were in the way: it has been rolled back, and is to be tried again. */
export function isInTheWay(error: unknown): boolean {
  return isConflict(error) || (error instanceof DatabaseError && error.code === LOCKED);
}
