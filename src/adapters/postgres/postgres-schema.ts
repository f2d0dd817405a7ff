import { type Kysely, Migrator, sql } from 'kysely';
import type { Component } from '../../application/ports/component';
import type { Log } from '../../application/ports/log';
import { lockMigrations } from './dialect';
import { MIGRATIONS } from './migrations';
import type { PostgresDatabase } from './postgres-database';
import type { Schema } from './schema';

const CANCEL_AGAIN_AFTER_MS = 100;

/** Brings the database's tables to what this version needs. Safe for any number of replicas that start at once. */
export class PostgresSchema implements Component {
  readonly name = 'postgres-schema';
  readonly #database: PostgresDatabase;
  readonly #log: Log;
  #starting: Promise<void> | undefined;

  constructor(database: PostgresDatabase, log: Log) {
    this.#database = database;
    this.#log = log;
  }

  /** @throws when a migration fails, which is then rolled back, or when `jobs` is a table of another kind. */
  start(signal: AbortSignal): Promise<void> {
    this.#starting ??= this.#start(signal);
    return this.#starting;
  }

  async #start(signal: AbortSignal): Promise<void> {
    if (!(await this.#isCurrent())) await this.#migrate(signal);
    signal.throwIfAborted();
  }

  /** One cheap look, since nearly every start finds nothing to do, and Kysely's migrator asks a dozen questions first. */
  async #isCurrent(): Promise<boolean> {
    const last = Object.keys(MIGRATIONS).sort().at(-1);
    const { kysely } = this.#database;
    const { rows } = await sql<{
      known: boolean;
    }>`select to_regclass('kysely_migration') is not null as known`.execute(kysely);
    if (!rows[0]?.known) return false;
    const found = await sql`select 1 from kysely_migration where name = ${last}`.execute(kysely);
    return found.rows.length === 1;
  }

  /**
   * All in one transaction of ours, which begins with the lock: Kysely takes its lock before its transaction begins, and
   * makes its own tables before the lock, where two replicas that start at once get into each other's way.
   */
  async #migrate(signal: AbortSignal): Promise<void> {
    await this.#database.kysely.connection().execute(async (db) => {
      await sql`begin`.execute(db);
      const over = await this.#cancelOnAbort(db, signal);
      try {
        await lockMigrations(db, signal);
        // A migration may take long: the pool's limit is for requests.
        await sql`set local statement_timeout = 0`.execute(db);
        await this.#migrateWith(db);
        await sql`commit`.execute(db);
      } catch (error) {
        await sql`rollback`.execute(db).catch(() => {});
        throw new Error('the database schema could not be brought up to date', { cause: error });
      } finally {
        over();
      }
    });
  }

  /**
   * Cancels what `db` runs when `signal` aborts, until the function that it resolves with is called: a migration may wait
   * for a table's lock for as long as somebody holds it, and the shutdown may not.
   */
  async #cancelOnAbort(db: Kysely<Schema>, signal: AbortSignal): Promise<() => void> {
    const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(db);
    let again: NodeJS.Timeout | undefined;
    const cancel = () => {
      sql`select pg_cancel_backend(${rows[0]?.pid})`.execute(this.#database.kysely).catch(() => {});
      // A request that arrives between two statements ends neither.
      again = setTimeout(cancel, CANCEL_AGAIN_AFTER_MS);
    };
    signal.addEventListener('abort', cancel, { once: true });
    if (signal.aborted) cancel();
    return () => {
      signal.removeEventListener('abort', cancel);
      clearTimeout(again);
    };
  }

  async #migrateWith(db: Kysely<Schema>): Promise<void> {
    const provider = { getMigrations: async () => ({ ...MIGRATIONS }) };
    const migrator = new Migrator({ db, provider, disableTransactions: true });
    const { error, results } = await migrator.migrateToLatest();
    for (const result of results ?? []) {
      this.#log.info('migration', { migration: result.migrationName, status: result.status });
    }
    if (error) throw error;
  }
}
