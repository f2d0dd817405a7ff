import { chmodSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PROJECT } from '../../support/service-process';

const folders: string[] = [];

/**
 * A folder in which `npm start` is this project's, but its build leaves only the file `built`: building anew would
 * replace, under other tests, what they run.
 */
export function npmProject(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'lastcall-npm-'));
  folders.push(folder);
  // The embedded Postgres of root runs as another user.
  chmodSync(folder, 0o755);
  const { scripts } = JSON.parse(readFileSync(path.join(PROJECT, 'package.json'), 'utf8'));
  writeFileSync(
    path.join(folder, 'package.json'),
    JSON.stringify({ scripts: { ...scripts, build: 'touch built' } }),
  );
  symlinkSync(path.join(PROJECT, 'dist'), path.join(folder, 'dist'));
  return folder;
}

export function removeNpmProjects(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}
