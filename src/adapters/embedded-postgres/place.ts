import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, chown, cp, mkdir, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { type Account, accountFor } from './account';
import { type Binaries, nativeFolder, prepareBinaries } from './binaries';
import { EmbeddedPostgresError, USE_YOUR_OWN } from './embedded-postgres-error';

const run = promisify(execFile);

/** Used only by root, whose clone may be where no other user can go: /root and `mktemp -d` have mode 0700. */
const SHARED = '/var/lib/lastcall';

/** Where the embedded Postgres lives, and as whom. */
export interface Place {
  /** Holds the cluster and its password. */
  readonly folder: string;
  /** Postgres's own data directory. */
  readonly cluster: string;
  readonly account: Account | undefined;
  readonly binaries: Binaries;
}

/**
 * Finds a place that the user whom Postgres runs as can reach: `dataFolder` and node_modules as they are, or,
 * for root only, folders in /var/lib/lastcall with a copy of the binaries.
 *
 * Throws `EmbeddedPostgresError` when there is none.
 */
export async function findPlace(dataFolder: string): Promise<Place> {
  const account = await accountFor(path.join(dataFolder, 'cluster'));
  const folder = await dataFolderFor(dataFolder, account);
  const links = path.join(folder, 'lib');
  const native = nativeFolder();
  let binaries = await prepareBinaries(native, links);
  if (account && !(await canRun(binaries, account))) {
    binaries = await prepareBinaries(await copyBinaries(native), links);
  }
  return { folder, cluster: path.join(folder, 'cluster'), account, binaries };
}

async function dataFolderFor(dataFolder: string, account: Account | undefined): Promise<string> {
  await makeFolder(dataFolder, account);
  if (account === undefined || (await canEnter(dataFolder, account))) return dataFolder;
  if (
    await access(path.join(dataFolder, 'cluster')).then(
      () => true,
      () => false,
    )
  ) {
    throw new EmbeddedPostgresError(
      `the user that the data in ${dataFolder} belongs to (uid ${account.uid}) cannot enter that folder: ` +
        `make its parents passable (chmod o+x), or ${USE_YOUR_OWN}`,
    );
  }
  const key = createHash('sha256').update(dataFolder).digest('hex').slice(0, 12);
  const elsewhere = path.join(SHARED, `data-${key}`);
  await makeFolder(elsewhere, account);
  if (await canEnter(elsewhere, account)) return elsewhere;
  throw new EmbeddedPostgresError(
    `uid ${account.uid} can enter neither ${dataFolder} nor ${elsewhere}; ${USE_YOUR_OWN}`,
  );
}

async function makeFolder(folder: string, account: Account | undefined): Promise<void> {
  try {
    await mkdir(path.dirname(folder), { recursive: true, mode: 0o755 });
    await mkdir(folder, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
    if (account) await chown(folder, account.uid, account.gid);
  } catch (error) {
    throw new EmbeddedPostgresError(`no folder for the data: ${(error as Error).message}; ${USE_YOUR_OWN}`);
  }
}

/** Asked of the system as that user, because mode bits do not tell the whole truth (ACLs, network mounts). */
function canEnter(folder: string, account: Account): Promise<boolean> {
  return succeeds('/bin/sh', ['-c', 'cd "$1"', 'sh', folder], { ...account, cwd: '/' });
}

function canRun(binaries: Binaries, account: Account): Promise<boolean> {
  return succeeds(binaries.postgres, ['--version'], { ...account, cwd: '/', env: binaries.env });
}

function succeeds(file: string, args: string[], options: Account & { cwd: string; env?: NodeJS.ProcessEnv }) {
  return run(file, args, options).then(
    () => true,
    () => false,
  );
}

/** Copies the binaries (46 MB) to where every user can reach them, once for each version. */
async function copyBinaries(native: string): Promise<string> {
  const { version } = JSON.parse(await readFile(path.join(native, '..', 'package.json'), 'utf8'));
  const folder = path.join(SHARED, `postgres-${version}`);
  if (
    !(await access(folder).then(
      () => true,
      () => false,
    ))
  ) {
    const staging = `${folder}.new-${process.pid}`;
    try {
      await mkdir(staging, { recursive: true, mode: 0o755 });
      await cp(native, path.join(staging, 'native'), {
        recursive: true,
        filter: (file) => !file.endsWith('.a'),
      });
      await rename(staging, folder);
    } catch (error) {
      await rm(staging, { recursive: true, force: true });
      throw new EmbeddedPostgresError(
        `the postgres user cannot reach ${native}, and copying it failed: ${(error as Error).message}; ${USE_YOUR_OWN}`,
      );
    }
  }
  return path.join(folder, 'native');
}
