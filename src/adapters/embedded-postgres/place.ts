import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, chmod, chown, constants, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { type Account, accountFor } from './account';
import { type Binaries, nativeFolder, type ProgramEnvironment, prepareBinaries } from './binaries';
import { copyBinaries, exists } from './copy-binaries';
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
export async function findPlace(
  dataFolder: string,
  env?: ProgramEnvironment,
  say: (message: string) => void = () => {},
): Promise<Place> {
  const account = await accountFor(path.join(dataFolder, 'cluster'), say);
  const folder = await dataFolderFor(dataFolder, account);
  const links = path.join(folder, 'lib');
  const native = nativeFolder();
  let binaries = await prepareBinaries(native, links, env);
  if (account && !(await canRun(binaries, account))) {
    binaries = await prepareBinaries(await copyBinaries(native, await makeShared()), links, env);
  }
  return { folder, cluster: path.join(folder, 'cluster'), account, binaries };
}

async function dataFolderFor(dataFolder: string, account: Account | undefined): Promise<string> {
  const key = createHash('sha256').update(dataFolder).digest('hex').slice(0, 12);
  const elsewhere = path.join(SHARED, `data-${key}`);
  const hasData = await exists(path.join(dataFolder, 'cluster'));
  // Data that are already elsewhere stay in use, whatever the modes of the folders are by now.
  const moved = account !== undefined && !hasData && (await exists(path.join(elsewhere, 'cluster')));
  if (!moved) {
    await makeFolder(dataFolder, account);
    if (account === undefined || (await canEnter(dataFolder, account))) return dataFolder;
  }
  if (hasData) {
    throw new EmbeddedPostgresError(
      `uid ${account?.uid}, whom the data in ${dataFolder} belong to, cannot enter that folder: ` +
        `make its parents passable (chmod o+x), or ${USE_YOUR_OWN}`,
    );
  }
  await makeShared();
  await makeFolder(elsewhere, account);
  return elsewhere;
}

async function makeFolder(folder: string, account: Account | undefined): Promise<void> {
  try {
    await mkdir(path.dirname(folder), { recursive: true, mode: 0o755 });
    await mkdir(folder, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
    if (account) await chown(folder, account.uid, account.gid);
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
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

async function succeeds(
  file: string,
  args: string[],
  options: Account & { cwd: string; env?: NodeJS.ProcessEnv },
): Promise<boolean> {
  try {
    await run(file, args, options);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
    // A container that has dropped the capability SETUID.
    throw new EmbeddedPostgresError(
      `Postgres does not run as root, and this root may not become another user (uid ${options.uid}); ${USE_YOUR_OWN}`,
    );
  }
}

/** Resolves with its path. Mode 0755 whatever the umask is: everybody may pass, only root may write. */
async function makeShared(): Promise<string> {
  try {
    await mkdir(SHARED, { recursive: true });
    await chmod(SHARED, 0o755);
  } catch (error) {
    throw new EmbeddedPostgresError(
      `this folder is closed to the postgres user, and ${SHARED} cannot be made: ${(error as Error).message}; ` +
        USE_YOUR_OWN,
    );
  }
  return SHARED;
}
