import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PROJECT } from '../../support/service-process';

const folders: string[] = [];

/** What `npm start` needs of a clone. */
const FILES = ['package.json', 'package-lock.json', 'scripts', 'src'];

/**
 * A clone of its own: building anew, or taking files away, would pull them from under other tests. The packages are this
 * project's, but for those `without`.
 */
export function npmProject(options: { built?: boolean; without?: readonly string[] } = {}): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'lastcall-npm-'));
  folders.push(folder);
  // The embedded Postgres of root runs as another user.
  chmodSync(folder, 0o755);
  for (const name of [...FILES, ...(options.built ? ['dist'] : [])]) {
    cpSync(path.join(PROJECT, name), path.join(folder, name), { recursive: true });
  }
  const { without = [] } = options;
  mkdirSync(path.join(folder, 'node_modules'));
  for (const name of readdirSync(path.join(PROJECT, 'node_modules'))) {
    if (without.includes(name)) continue;
    symlinkSync(path.join(PROJECT, 'node_modules', name), path.join(folder, 'node_modules', name));
  }
  return folder;
}

export function removeNpmProjects(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}
