import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { EmbeddedPostgresError } from './embedded-postgres-error';
import { runKept } from './keeper';
import type { Place } from './place';
import { isRunning } from './process-table';

/** A Postgres data directory which is ready to be served. */
export interface Cluster {
  readonly folder: string;
  readonly password: string;
}

/**
 * Opens the cluster in `place`, or makes it: encoding UTF8, the C.UTF-8 that is built into Postgres 17 and
 * later, so that it needs no locale of the machine, and a random password.
 *
 * It is made in a folder beside it and moved into place when complete: a start that was cut short leaves
 * nothing that would trouble the next one.
 */
export async function openCluster(place: Place, temporary: boolean, signal: AbortSignal): Promise<Cluster> {
  const version = await readFile(path.join(place.cluster, 'PG_VERSION'), 'utf8').catch(() => undefined);
  const password = await keepPassword(place, version !== undefined);
  if (version === undefined) await makeCluster(place, temporary, signal);
  return { folder: place.cluster, password };
}

async function keepPassword(place: Place, clusterExists: boolean): Promise<string> {
  const file = path.join(place.folder, 'password');
  if (!clusterExists) {
    try {
      await writeFile(file, `${randomBytes(24).toString('hex')}\n`, { flag: 'wx', mode: 0o600 });
      if (place.account) await chown(file, place.account.uid, place.account.gid);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
  const password = await readFile(file, 'utf8').catch((error: Error) => {
    throw new EmbeddedPostgresError(
      `the password of the database in ${place.folder} is lost: ${error.message}`,
    );
  });
  return password.trim();
}

async function makeCluster(place: Place, temporary: boolean, signal: AbortSignal): Promise<void> {
  await removeAbandoned(place);
  const staging = `${place.cluster}.new-${process.pid}`;
  await mkdir(staging, { mode: 0o700 });
  if (place.account) await chown(staging, place.account.uid, place.account.gid);
  // Not left to the umask: Postgres refuses a folder which is open to others.
  await chmod(staging, 0o700);
  try {
    await runKept(initdb(place, staging, temporary), {
      what: 'making the embedded database (initdb)',
      account: place.account,
      env: place.binaries.env,
      signal,
    });
    await rename(staging, place.cluster).catch((error: NodeJS.ErrnoException) => {
      // Another service was quicker; only one of the two will get to serve it.
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

function initdb(place: Place, staging: string, temporary: boolean): string[] {
  return [
    place.binaries.initdb,
    `--pgdata=${staging}`,
    '--username=postgres',
    `--pwfile=${path.join(place.folder, 'password')}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--no-instructions',
    ...(temporary ? ['--no-sync'] : []),
  ];
}

/** Removes what a service that was killed during initdb has left. */
async function removeAbandoned(place: Place): Promise<void> {
  const prefix = `${path.basename(place.cluster)}.new-`;
  for (const name of await readdir(place.folder)) {
    if (!name.startsWith(prefix)) continue;
    const maker = Number(name.slice(prefix.length));
    if (maker !== process.pid && (await isRunning(maker))) continue;
    await rm(path.join(place.folder, name), { recursive: true, force: true });
  }
}
