import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client } from 'pg';
import { EmbeddedPostgres } from '../../src/adapters/embedded-postgres/embedded-postgres';
import { InMemoryLog } from '../../src/adapters/memory/in-memory-log';
import { Deadline } from '../../src/application/deadline';
import { createTestDatabase, type TestDatabase } from '../support/postgres';
import { parentOf, treeCpuMs } from './process-usage';

/** A Postgres with its durable default settings, and a database for each target. */
export class BenchDatabase {
  readonly #stop: () => Promise<void>;
  readonly #serverUrl: string;
  readonly #postmaster: number;

  private constructor(serverUrl: string, postmaster: number, stop: () => Promise<void>) {
    this.#serverUrl = serverUrl;
    this.#postmaster = postmaster;
    this.#stop = stop;
  }

  /** The server that TEST_DATABASE_URL names, or an embedded one that is removed by {@link stop}. */
  static async start(): Promise<BenchDatabase> {
    const given = process.env.TEST_DATABASE_URL;
    const { url, stop } = given ? { url: given, stop: async () => {} } : await startEmbedded();
    return new BenchDatabase(url, await postmasterOf(url), stop);
  }

  create(): Promise<TestDatabase> {
    return createTestDatabase(this.#serverUrl);
  }

  /** Empties the table and flushes what earlier rounds left dirty, so that no target pays for another's rows. */
  async reset(databaseUrl: string): Promise<void> {
    await execute(databaseUrl, 'truncate jobs');
    await execute(databaseUrl, 'checkpoint');
  }

  execute(databaseUrl: string, statement: string): Promise<void> {
    return execute(databaseUrl, statement);
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
  const folder = await mkdtemp(path.join(tmpdir(), 'lastcall-bench-'));
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

/** A backend's parent is the postmaster; asked while the backend lives. */
async function postmasterOf(url: string): Promise<number> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  const postmaster = parentOf(rows[0]?.pid ?? 0);
  await client.end();
  return postmaster;
}

async function execute(url: string, text: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}
