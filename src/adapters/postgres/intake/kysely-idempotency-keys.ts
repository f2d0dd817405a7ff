import type { IdempotencyKeys } from '../../../application/intake/idempotency-keys';
import { CommitInDoubt, StoreUnavailable } from '../../../domain/errors';
import type { PostgresDatabase } from '../connection/postgres-database';
import { FORGET_KEYS } from './statements';

/** Forgets idempotency keys in Postgres. */
export class KyselyIdempotencyKeys implements IdempotencyKeys {
  readonly #database: PostgresDatabase;

  constructor(database: PostgresDatabase) {
    this.#database = database;
  }

  async forget(ageMs: number, limit: number, signal: AbortSignal): Promise<number> {
    try {
      const { rowCount } = await this.#database.run(FORGET_KEYS, [ageMs, limit], signal);
      return rowCount ?? 0;
    } catch (error) {
      // Whether this batch is forgotten does not matter: the next round looks again.
      throw error instanceof CommitInDoubt ? new StoreUnavailable(error.message, { cause: error }) : error;
    }
  }
}
