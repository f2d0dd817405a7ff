import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { PROJECT } from '../../support/service-process';

export const PACKAGE = path.join(PROJECT, 'packages/drain');

const folders: string[] = [];

export function newFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'lastcall-package-'));
  folders.push(folder);
  return folder;
}

export function removeFolders(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

/** Resolves with what npm has said; rejects where it fails. */
export async function npm(folder: string, ...words: string[]): Promise<string> {
  // What an npm around the tests has set is of another folder.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)));
  return (await promisify(execFile)('npm', words, { cwd: folder, env })).stdout;
}

/** Runs a file with this node, and tells how that went. */
export async function run(folder: string, ...words: string[]): Promise<{ code: number; output: string }> {
  const options = { cwd: folder, env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' } };
  return promisify(execFile)(process.execPath, words, options).then(
    ({ stdout, stderr }) => ({ code: 0, output: stdout + stderr }),
    ({ code, stdout, stderr }) => ({ code, output: stdout + stderr }),
  );
}

/** The tarball of a copy that is built apart: another file of tests may be at the package's own `dist`. */
export async function packedCopy(): Promise<string> {
  const folder = newFolder();
  for (const name of ['package.json', 'README.md']) cpSync(path.join(PACKAGE, name), path.join(folder, name));
  const built = await run(PROJECT, path.join(PROJECT, 'scripts/build-drain.js'), folder);
  if (built.code !== 0) throw new Error(built.output);
  const name = await npm(folder, 'pack', '--silent', '--ignore-scripts');
  return path.join(folder, name.trim());
}

/** A project that has nothing but the package. */
export async function projectWith(
  tarball: string,
  type: 'commonjs' | 'module',
  ...flags: string[]
): Promise<string> {
  const folder = newFolder();
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ private: true, type }));
  await npm(folder, 'install', '--no-audit', '--no-fund', '--ignore-scripts', ...flags, tarball);
  return folder;
}

/** As if it were installed. */
export function link(folder: string, name: string, target: string): void {
  const place = path.join(folder, 'node_modules', name);
  mkdirSync(path.dirname(place), { recursive: true });
  rmSync(place, { force: true });
  symlinkSync(target, place);
}
