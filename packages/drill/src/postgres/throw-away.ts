import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { forget, remember } from '../server/child-processes';
import { freePort } from '../server/free-port';
import { LogLines } from '../server/log-lines';
import { runCommand } from '../server/run-command';
import { copyBinaries } from './binaries';

export interface ThrowAwayPostgres {
  readonly url: string;
  /** Ends it, and removes all that it has written. */
  stop(): Promise<void>;
}

const READY_BOUND_MS = 60_000;

/**
 * Runs Postgres for as long as its input is open, so that it ends with the drill, however that ends. Immediately: nobody
 * wants its data. A Postgres that ends by itself ends the keeper.
 */
const KEEPER = `exec 3<&0
"$BIN/postgres" -D "$FOLDER/data" "$@" </dev/null 3<&- & server=$!
(cat <&3 >/dev/null; kill -QUIT $server) 2>/dev/null & watch=$!
wait $server; kill $watch 2>/dev/null; rm -rf "$FOLDER"`;

/**
 * Starts an empty Postgres on loopback, in a folder of its own.
 * @param say is told what takes a while
 * @param signal aborted when nobody wants it any more
 * @throws Error in words for the user, with its last output, when it does not start
 */
export async function startThrowAwayPostgres(
  say: (text: string) => void,
  signal?: AbortSignal,
): Promise<ThrowAwayPostgres> {
  const folder = await mkdtemp(path.join(tmpdir(), 'lastcall-drill-'));
  // Until there is a keeper.
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', remove);
  try {
    await copyBinaries(path.join(folder, 'postgres'), say);
    signal?.throwIfAborted();
    const account = await accountFor(folder);
    const bin = path.join(folder, 'postgres', 'bin');
    const env = { PATH: process.env.PATH, LC_ALL: 'C', BIN: bin, FOLDER: folder };
    const options = { env, detached: true, cwd: folder, ...account };
    await initialize(bin, folder, options);
    signal?.throwIfAborted();
    const port = await freePort();
    const settings = [
      '-p',
      String(port),
      '-h',
      '127.0.0.1',
      '-k',
      '',
      '-c',
      'max_connections=300',
      '-c',
      'fsync=off',
      '-c',
      'synchronous_commit=off',
    ];
    const keeper = spawn('/bin/sh', ['-c', KEEPER, 'postgres', ...settings], {
      ...options,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    process.off('exit', remove);
    const lines = new LogLines();
    keeper.stdout.on('data', (bytes: Buffer) => lines.take(bytes));
    keeper.stderr.on('data', (bytes: Buffer) => lines.take(bytes));
    const ended = once(keeper, 'exit');
    const stop = async () => {
      keeper.stdin.end();
      await ended;
      // Its folder may stand in one where only we may remove it.
      await rm(folder, { recursive: true, force: true });
    };
    const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
    if (!(await isReady(url, () => keeper.exitCode !== null || signal?.aborted === true))) {
      await stop();
      signal?.throwIfAborted();
      throw new Error(`Postgres did not start:\n${lines.tail()}`);
    }
    return { url, stop };
  } catch (error) {
    process.off('exit', remove);
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

interface RunOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly uid?: number;
  readonly gid?: number;
}

async function initialize(bin: string, folder: string, options: RunOptions): Promise<void> {
  const words = [
    '-D',
    path.join(folder, 'data'),
    '-U',
    'postgres',
    '--auth=trust',
    '--no-sync',
    '-E',
    'UTF8',
    '--no-locale',
  ];
  const initdb = spawn(path.join(bin, 'initdb'), words, { ...options, stdio: ['ignore', 'ignore', 'pipe'] });
  remember(initdb);
  const lines = new LogLines();
  initdb.stderr.on('data', (bytes: Buffer) => lines.take(bytes));
  const [code] = (await once(initdb, 'close').finally(() => forget(initdb))) as [number | null];
  if (code !== 0) throw new Error(`Postgres's initdb ended with ${code}:\n${lines.tail()}`);
}

/** Postgres does not run as root. `nobody` has a name on every system, which initdb wants; it removes all of it in the end. */
async function accountFor(folder: string): Promise<{ uid?: number; gid?: number }> {
  if (process.geteuid?.() !== 0) return {};
  const nobody = { uid: 65534, gid: 65534 };
  await chmod(folder, 0o700);
  await runCommand(`chown -R ${nobody.uid}:${nobody.gid} "$FOLDER"`, { FOLDER: folder }, 'for Postgres');
  return nobody;
}

async function isReady(url: string, hasEnded: () => boolean): Promise<boolean> {
  const { Client } = await import('pg');
  const until = performance.now() + READY_BOUND_MS;
  while (!hasEnded() && performance.now() < until) {
    const client = new Client({ connectionString: url });
    client.on('error', () => {});
    const isUp = await client.connect().then(
      () => true,
      () => false,
    );
    await client.end().catch(() => {});
    if (isUp) return true;
    await sleep(50);
  }
  return false;
}
