import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client } from 'pg';
import { EmbeddedPostgres } from '../../src/adapters/embedded-postgres/embedded-postgres';
import { Deadline } from '../../src/application/lifecycle/deadline';
import type { Log } from '../../src/application/ports/log';

export interface TestServer {
  readonly url: string;
  stop(): Promise<void>;
}

export interface TestDatabase {
  readonly url: string;
  /** Drops it, and ends the connections to it. */
  drop(): Promise<void>;
}

const silent: Log = { debug() {}, info() {}, warn() {}, error: (message) => console.error(message) };

/**
 * The server that TEST_DATABASE_URL names (its user must be allowed to create databases; `stop` leaves it
 * alone), or a throw-away one which is removed by `stop`, and also when this process is killed.
 */
export async function startTestServer(): Promise<TestServer> {
  const given = process.env.TEST_DATABASE_URL;
  if (given) return { url: given, stop: async () => {} };
  const dataFolder = await mkdtemp(path.join(tmpdir(), 'lastcall-test-'));
  const server = new EmbeddedPostgres({ dataFolder, log: silent, temporary: true });
  await server.start(new AbortController().signal).catch(async (error) => {
    await rm(dataFolder, { recursive: true, force: true });
    throw error;
  });
  return {
    url: server.url(),
    async stop() {
      const deadline = Deadline.in(10_000);
      await server.stop(deadline);
      deadline.clear();
    },
  };
}

/** An empty database of its own for one test, on the server that the jest set-up has started. */
export async function createTestDatabase(
  serverUrl: string | undefined = process.env.LASTCALL_TEST_SERVER_URL,
): Promise<TestDatabase> {
  if (!serverUrl) throw new Error('no test server: run under jest with test/support/postgres-setup.ts');
  const name = `test_${randomBytes(8).toString('hex')}`;
  await execute(serverUrl, `CREATE DATABASE ${name} TEMPLATE template0`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    drop: () => execute(serverUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  };
}

async function execute(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
