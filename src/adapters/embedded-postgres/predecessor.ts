import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EmbeddedPostgresError, USE_YOUR_OWN } from './embedded-postgres-error';
import { commandLine, isRunning, parentOf } from './process-table';

/** The setting that names the service on a server's command line: the one place that cannot outlive the server. */
export const OWNER_SETTING = 'lastcall.owner';

const PATIENCE_MS = 15_000;

/** Above the largest process id of any system. */
const NO_PROCESS = 2 ** 31 - 1;

/**
 * Makes sure that no other server has the cluster.
 *
 * Throws when it belongs to a service that lives. A server whose service has gone is about to end by its
 * keeper, or has lost that too (all of them killed by SIGKILL): either way it is asked to end, and waited for.
 */
export async function retirePredecessor(cluster: string, signal: AbortSignal): Promise<void> {
  const lock = path.join(cluster, 'postmaster.pid');
  const text = await readFile(lock, 'utf8').catch(() => '');
  // The first line is the process id, the second the data directory as that server was told it.
  const [first = '', directory] = text.split('\n');
  const pid = Number(first);
  if (!(pid > 0) || !(await isRunning(pid))) return;
  const command = await commandLine(pid);
  // Hidden from us (a /proc mounted with hidepid): Postgres checks for itself.
  if (command === '') return;
  if (!command.includes(`-D ${directory} `)) {
    // The process id is someone else's by now, as happens in containers: Postgres would refuse to start. The
    // file stays, because Postgres also looks whether the shared memory which it names is still in use.
    await writeFile(lock, text.replace(first, String(NO_PROCESS)));
    return;
  }
  const owner = Number(new RegExp(`${OWNER_SETTING}=(\\d+)`).exec(command)?.[1]);
  const keeper = await parentOf(pid);
  if (owner > 0 && keeper !== undefined && (await parentOf(keeper)) === owner) throw inUse(cluster, owner);
  await end(pid, cluster, signal);
}

/** The one error of a second service on the same data. */
export function inUse(cluster: string, owner?: number): EmbeddedPostgresError {
  const by = owner === undefined ? 'another service' : `another service (process ${owner})`;
  return new EmbeddedPostgresError(`the data in ${cluster} is in use by ${by}: stop it, or ${USE_YOUR_OWN}`);
}

async function end(pid: number, cluster: string, signal: AbortSignal): Promise<void> {
  const giveUpAt = performance.now() + PATIENCE_MS;
  while (await isRunning(pid)) {
    if (performance.now() > giveUpAt) {
      throw new EmbeddedPostgresError(
        `an abandoned Postgres (process ${pid}) on ${cluster} does not end: stop it`,
      );
    }
    try {
      process.kill(pid, 'SIGINT');
    } catch {
      // It belongs to another user, or has just ended.
    }
    await sleep(20, undefined, { signal });
  }
}
