import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'pg';
import { target } from '../target';

const QUIET_BOUND_MS = 5000;
const SESSIONS =
  'select count(*)::int as count from pg_stat_activity where datname = current_database() and pid <> all ($1::int[])';

/** The drill's own view of the server's table, beside the server's. */
export class JobsTable {
  readonly #pool: Pool;
  readonly #own = new Set<number>();

  constructor(url: string) {
    this.#pool = new Pool({ connectionString: url, max: 2 });
    this.#pool.on('error', () => {});
    this.#pool.on('connect', (client) => {
      const { processID } = client as unknown as { processID: number };
      this.#own.add(processID);
    });
  }

  /** How many sessions others have in this database: the server's pool, seen from outside. */
  async sessions(): Promise<number> {
    const client = await this.#pool.connect();
    try {
      const result = await client.query<{ count: number }>(SESSIONS, [[...this.#own]]);
      return result.rows[0]?.count ?? 0;
    } finally {
      client.release();
    }
  }

  /**
   * The name of every row, once nobody else is connected: a dead server's session may still be at work on a row.
   * Throws when a session stays.
   */
  async finalNames(): Promise<string[]> {
    const until = performance.now() + QUIET_BOUND_MS;
    while ((await this.sessions()) > 0) {
      if (performance.now() > until)
        throw new Error('a database session outlived the server: rows are not final');
      await sleep(5);
    }
    const result = await this.#pool.query<{ name: string }>(
      `select ${target.field} as name from ${target.table}`,
    );
    return result.rows.map((row) => row.name);
  }

  /** Empties the table for the next trial, so that a row that turns up later is seen as unexplained. */
  async clear(): Promise<void> {
    await this.#pool.query(`truncate ${target.table}`);
  }

  async end(): Promise<void> {
    await this.#pool.end();
  }
}
