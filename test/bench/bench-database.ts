import { mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { Client } from 'pg';
import { EmbeddedPostgres } from '../../src/adapters/embedded-postgres/embedded-postgres';
import { Deadline } from '../../src/application/lifecycle/deadline';
import { InMemoryLog } from '../doubles/in-memory-log';
import { createTestDatabase, type TestDatabase } from '../support/postgres';
import { assertDurable, type Durability } from './durability';
import { parentOf, treeCpuMs } from './process-usage';

const { CREATE_TABLE } = require('./peers/table') as { CREATE_TABLE: string };

/** For the superuser and for our own queries. */
const SPARE_SESSIONS = 6;

/** A Postgres with its durable default settings, and a database for each target. */
export class BenchDatabase {
  readonly #stop: () => Promise<void>;
  readonly #serverUrl: string;
  readonly #postmaster: number;
  /** Its version, and the settings that its durability hangs on. */
  readonly description: string;

  private constructor(serverUrl: string, facts: ServerFacts, stop: () => Promise<void>) {
    this.#serverUrl = serverUrl;
    this.#postmaster = facts.postmaster;
    this.description = facts.description;
    this.#stop = stop;
  }

  /**
   * The server that TEST_DATABASE_URL names, or an embedded one that is removed by {@link stop}.
   * Throws when it is not durable.
   */
  static async start(): Promise<BenchDatabase> {
    const given = process.env.TEST_DATABASE_URL;
    const { url, stop } = given ? { url: given, stop: async () => {} } : await startEmbedded();
    try {
      return new BenchDatabase(url, await factsOf(url), stop);
    } catch (error) {
      await stop();
      throw error;
    }
  }

  create(): Promise<TestDatabase> {
    return createTestDatabase(this.#serverUrl);
  }

  /** The table, for those who do not create it themselves. */
  async createTable(databaseUrl: string): Promise<void> {
    await query(databaseUrl, CREATE_TABLE);
  }

  /** Empties the table and flushes what is dirty, so that no target pays for another's rows, nor the autovacuum for them. */
  async reset(databaseUrl: string): Promise<void> {
    await query(databaseUrl, 'truncate jobs');
    await query(databaseUrl, 'checkpoint');
  }

  /** How many more sessions the server takes, with some to spare. */
  async freeSessions(): Promise<number> {
    const [row] = await query<{ free: number }>(
      this.#serverUrl,
      `select current_setting('max_connections')::int - count(*)::int as free
       from pg_stat_activity where backend_type = 'client backend'`,
    );
    return (row?.free ?? 0) - SPARE_SESSIONS;
  }

  /** Processor time of the whole server so far, in milliseconds. */
  cpuMs(): number {
    return treeCpuMs(this.#postmaster);
  }

  stop(): Promise<void> {
    return this.#stop();
  }
}

async function startEmbedded(): Promise<{ url: string; stop: () => Promise<void> }> {
  // Not /tmp, which may be in memory: a commit that reaches no disk would cost nothing.
  const folder = await mkdtemp('/var/tmp/lastcall-bench-');
  const server = new EmbeddedPostgres({ dataFolder: path.join(folder, 'data'), log: new InMemoryLog() });
  await server.start(new AbortController().signal);
  return {
    url: server.url(),
    async stop() {
      const deadline = Deadline.in(10_000);
      await server.stop(deadline);
      deadline.clear();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

interface ServerFacts {
  readonly postmaster: number;
  readonly description: string;
}

async function factsOf(url: string): Promise<ServerFacts> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ pid: number; version: string } & Durability>(
      `select pg_backend_pid() as pid, split_part(current_setting('server_version'), ' ', 1) as version,
         current_setting('fsync') as fsync, current_setting('synchronous_commit') as synchronous_commit,
         current_setting('full_page_writes') as full_page_writes`,
    );
    const { pid, version, ...durability } = rows[0] as (typeof rows)[number];
    const description = `PostgreSQL ${version} (${assertDurable(durability)})`;
    // A backend's parent is the postmaster; asked while the backend lives.
    return { postmaster: parentOf(pid), description };
  } finally {
    await client.end();
  }
}

async function query<Row extends object>(url: string, text: string): Promise<readonly Row[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(text)).rows;
  } finally {
    await client.end();
  }
}
