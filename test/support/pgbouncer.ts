import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client } from 'pg';
import { freePort } from '../../packages/drill/src/server/free-port';
import { findTool } from './optional-suite';
import { shippedConfig } from './shipped-config';
import { until } from './until';

export interface PgBouncer {
  /** The database, through the pooler. */
  readonly url: string;
  stop(): Promise<void>;
}

/** How many server connections each database gets, unless the test says otherwise: fewer than clients, so that they are shared. */
const SERVER_CONNECTIONS = 3;

/** A PgBouncer in front of `databaseUrl`, with the configuration that `deploy/pgbouncer` ships, and `changes` to it. */
export async function startPgBouncer(
  databaseUrl: string,
  serverConnections = SERVER_CONNECTIONS,
  changes: Parameters<typeof shippedConfig>[1] = [],
): Promise<PgBouncer> {
  const program = findTool('pgbouncer');
  if (!program) throw new Error('pgbouncer is not installed');
  const behind = new URL(databaseUrl);
  const database = behind.pathname.slice(1);
  const port = await freePort();
  const folder = await mkdtemp(path.join(tmpdir(), 'lastcall-pgbouncer-'));
  // Root's PgBouncer becomes `nobody`, who must be able to read this.
  await chmod(folder, 0o755);
  const users = path.join(folder, 'userlist.txt');
  await writeFile(users, `"${behind.username}" "${decodeURIComponent(behind.password)}"\n`);
  const configuration = shippedConfig('pgbouncer/pgbouncer.ini', [
    [
      /^lastcall = host=127.0.0.1 port=5432 dbname=lastcall/gm,
      `${database} = host=${behind.hostname} port=${behind.port}`,
    ],
    [/^listen_port = 6432$/gm, `listen_port = ${port}`],
    [/^auth_file = .*$/gm, `auth_file = ${users}`],
    [/^default_pool_size = .*$/gm, `default_pool_size = ${serverConnections}`],
    ...changes,
  ]);
  const file = path.join(folder, 'pgbouncer.ini');
  await writeFile(file, configuration);
  // PgBouncer refuses to run as root.
  const asUser = process.geteuid?.() === 0 ? ['-u', 'nobody'] : [];
  const child = spawn(program, [...asUser, file], { stdio: ['ignore', 'ignore', 'pipe'] });
  let output = '';
  child.stderr.on('data', (bytes: Buffer) => {
    output = (output + bytes.toString()).slice(-4_000);
  });
  const url = new URL(databaseUrl);
  url.host = `127.0.0.1:${port}`;
  const stop = async () => {
    const wasRunning = await ended(child);
    await rm(folder, { recursive: true, force: true });
    if (!wasRunning) throw new Error(`PgBouncer had ended by itself: ${output}`);
  };
  await answers(url.href, child).catch(async (error) => {
    await stop();
    throw error;
  });
  return { url: url.href, stop };
}

async function answers(url: string, child: ChildProcess): Promise<void> {
  await until('PgBouncer', async () => {
    if (child.exitCode !== null) throw new Error('PgBouncer ended');
    const client = new Client({ connectionString: url });
    client.on('error', () => {});
    const connected = await client.connect().then(
      () => true,
      () => false,
    );
    await client.end();
    return connected;
  });
}

/** Whether it was still there. */
async function ended(child: ChildProcess): Promise<boolean> {
  if (child.exitCode !== null || child.signalCode !== null) return false;
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  await exit;
  return true;
}
