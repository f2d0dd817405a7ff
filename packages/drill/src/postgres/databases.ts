import { randomBytes } from 'node:crypto';

const CONNECT_BOUND_MS = 5000;

export interface Databases {
  /** One empty database for each lane. */
  readonly urls: readonly string[];
  /** Drops them, and ends what is connected to them. */
  drop(): Promise<void>;
}

/**
 * Makes empty databases.
 * @param serverUrl its user must be allowed to create them
 * @throws Error in words for the user
 */
export async function createDatabases(serverUrl: string, count: number): Promise<Databases> {
  const names = Array.from({ length: count }, () => `drill_${randomBytes(8).toString('hex')}`);
  const drop = () =>
    execute(
      serverUrl,
      names.map((name) => `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
    );
  try {
    await execute(
      serverUrl,
      names.map((name) => `CREATE DATABASE ${name} TEMPLATE template0`),
    );
  } catch (error) {
    await drop().catch(() => {});
    throw error;
  }
  return {
    urls: names.map((name) => {
      const url = new URL(serverUrl);
      url.pathname = `/${name}`;
      return url.href;
    }),
    drop,
  };
}

async function execute(url: string, statements: readonly string[]): Promise<void> {
  const { Client } = await import('pg');
  const client = new Client({ connectionString: url, connectionTimeoutMillis: CONNECT_BOUND_MS });
  client.on('error', () => {});
  await client.connect().catch((error: Error) => {
    throw new Error(`--postgres: the server cannot be reached: ${error.message}`);
  });
  try {
    for (const statement of statements)
      await client.query(statement).catch((error: Error) => {
        throw new Error(`--postgres: ${error.message}: ${statement}`);
      });
  } finally {
    await client.end();
  }
}
