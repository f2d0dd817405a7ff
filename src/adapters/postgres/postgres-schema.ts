import { Migrator, sql } from 'kysely';
import type { Component } from '../../application/ports/component';
import type { Log } from '../../application/ports/log';
import { MIGRATIONS } from './migrations';
import type { PostgresDatabase } from './postgres-database';

/** Brings the database's tables to what this version needs. Safe for any number of replicas that start at once. */
export class PostgresSchema implements Component {
  readonly name = 'postgres-schema';
  readonly #database: PostgresDatabase;
  readonly #log: Log;

  constructor(database: PostgresDatabase, log: Log) {
    this.#database = database;
    this.#log = log;
  }

  /** @throws when a migration fails, which is then rolled back, or when `jobs` is a table of another kind. */
  async start(signal: AbortSignal): Promise<void> {
    if (!(await this.#isCurrent())) await this.#migrate();
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

  async #migrate(): Promise<void> {
    const { kysely } = this.#database;
    const migrator = new Migrator({
      db: kysely,
      provider: { getMigrations: async () => ({ ...MIGRATIONS }) },
    });
    const { error, results } = await migrator.migrateToLatest();
    for (const result of results ?? []) {
      this.#log.info('migration', { migration: result.migrationName, status: result.status });
    }
    if (error) throw new Error('the database schema could not be brought up to date', { cause: error });
  }
}
