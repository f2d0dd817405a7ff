import { Kysely, PostgresAdapter, PostgresDialect } from 'kysely';
import type { ClientBase } from 'pg';

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

/**
 * Kysely's own migration lock belongs to the session: a pooler in transaction mode, or a failed migration, would keep it.
 * Ours is in migration-lock.ts.
 */
class LocklessDialect extends PostgresDialect {
  override createAdapter(): PostgresAdapter {
    return new LocklessAdapter();
  }
}

class LocklessAdapter extends PostgresAdapter {
  override async acquireMigrationLock(): Promise<void> {}

  override async releaseMigrationLock(): Promise<void> {}
}
