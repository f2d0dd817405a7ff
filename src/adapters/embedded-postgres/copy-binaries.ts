import { execFile } from 'node:child_process';
import { access, mkdir, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { EmbeddedPostgresError, USE_YOUR_OWN } from './embedded-postgres-error';

const run = promisify(execFile);

/**
 * Copies the binaries (58 MB) into `shared`, where every user can reach them, once for each version. Resolves
 * with the folder to use in place of `native`.
 */
export async function copyBinaries(native: string, shared: string): Promise<string> {
  const { version } = JSON.parse(await readFile(path.join(native, '..', 'package.json'), 'utf8'));
  const folder = path.join(shared, `postgres-${version}`);
  const staging = `${folder}.new-${process.pid}`;
  try {
    if (!(await exists(folder))) {
      await mkdir(staging);
      // cp does it in a sixth of the time of fs.cp; -P keeps the links between the libraries relative.
      await run('cp', ['-RP', native, path.join(staging, 'native')]);
      // npm under a strict umask has left them readable for root only.
      await run('chmod', ['-R', 'a+rX', staging]);
      await rename(staging, folder).catch(unlessThere);
    }
  } catch (error) {
    throw new EmbeddedPostgresError(
      `${native} is closed to the postgres user, and copying it failed: ${(error as Error).message}; ${USE_YOUR_OWN}`,
    );
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
  return path.join(folder, 'native');
}

/** Another service has made it meanwhile. */
function unlessThere(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
}

/** Whether `file`, or what it links to, is there and within reach. */
export function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
