import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';

export interface User {
  readonly uid: number;
  readonly gid: number;
}

/** What owner.ts tells, a line each. */
export interface Told {
  readonly starting?: true;
  readonly url?: string;
  readonly dataFolder?: string;
  readonly info?: string;
  readonly failure?: string;
  readonly refused?: string;
  readonly stopped?: true;
  readonly details?: { readonly forced?: number };
}

/** A running owner.ts. */
export interface Owner {
  readonly process: ChildProcess;
  readonly exited: Promise<unknown>;
  /** The first thing told that has `key`: already, or within 30 seconds. */
  told<K extends keyof Told>(key: K): Promise<Required<Pick<Told, K>> & Told>;
  /** Whichever is told first: its URL, or why it was refused. */
  outcome(): Promise<Told>;
}

const owners: ChildProcess[] = [];

/** Starts the owner.js of `project`, in a process group of its own. */
export function startOwner(
  project: string,
  dataFolder: string,
  options: { user?: User; env?: NodeJS.ProcessEnv } = {},
): Owner {
  const script = path.join(project, 'test/process/embedded-postgres/owner.js');
  const child = spawn(process.execPath, [script, dataFolder], {
    detached: true,
    cwd: '/',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: options.env ?? process.env,
    ...options.user,
  });
  owners.push(child);
  const all: Told[] = [];
  let stderr = '';
  createInterface(child.stdout).on('line', (line) => all.push(JSON.parse(line)));
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const first = async (wanted: (told: Told) => boolean, what: string) => {
    await until(`${what} to be told`, () => all.some(wanted)).catch((error: Error) => {
      throw new Error(`${error.message}; told: ${JSON.stringify(all)} ${stderr}`);
    });
    return all.find(wanted) as Told;
  };
  return {
    process: child,
    exited: once(child, 'close'),
    async told(key) {
      return (await first((told) => key in told, `"${key}"`)) as Required<Pick<Told, typeof key>> & Told;
    },
    outcome: () => first((told) => 'url' in told || 'refused' in told, 'the outcome'),
  };
}

/** Stops an owner in the ordinary way; resolves with what it told of the stop. */
export async function stopOwner(owner: Owner): Promise<Told> {
  owner.process.kill('SIGTERM');
  const told = await owner.told('stopped');
  await owner.exited;
  return told;
}

/** Kills whatever owner a test has left. */
export function killOwners(): void {
  for (const child of owners.splice(0)) child.kill('SIGKILL');
}

/** Runs one statement over a connection of its own and resolves with its rows. */
export async function query(url: string, statement: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query(statement)).rows;
  } finally {
    await client.end();
  }
}

/** Whether anything accepts connections at the port of `url`. */
export async function isListening(url: string): Promise<boolean> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** Waits until `condition` holds, for 30 seconds at most. */
export async function until(what: string, condition: () => boolean): Promise<void> {
  const giveUpAt = performance.now() + 30_000;
  while (!condition()) {
    if (performance.now() > giveUpAt) throw new Error(`waited in vain for ${what}`);
    await sleep(5);
  }
}
