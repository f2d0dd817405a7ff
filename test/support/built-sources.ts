import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { transformFileSync } from '@swc/core';

const ROOT = path.resolve(__dirname, '../..');

/** Where the sources are, compiled. */
export interface BuiltSources {
  readonly folder: string;
  /** The compiled file of a source of the project. */
  of(source: string): string;
  remove(): void;
}

/** Compiles folders and files of the project, so that a process of them starts in the time that node takes to start. */
export function buildSources(sources: readonly string[]): BuiltSources {
  const folder = mkdtempSync(path.join(tmpdir(), 'lastcall-built-'));
  const of = (source: string) => path.join(folder, source.replace(/\.ts$/, '.js'));
  for (const source of sources.flatMap(typescriptIn)) {
    mkdirSync(path.dirname(of(source)), { recursive: true });
    const { code } = transformFileSync(path.join(ROOT, source), { configFile: path.join(ROOT, '.swcrc') });
    writeFileSync(of(source), code);
  }
  copyFileSync(path.join(ROOT, 'package.json'), path.join(folder, 'package.json'));
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'));
  return {
    folder,
    of,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** All that the HTTP server is made of. */
export const HTTP_SERVER = [
  'src/adapters/http-server',
  'src/application/lifecycle',
  'src/application/abortable.ts',
  'src/domain/lifecycle',
  'src/domain/domain-error.ts',
];

/** All that the package lastcall-drain is made of. */
export const DRAIN_PACKAGE = [
  ...HTTP_SERVER,
  'src/bootstrap/drain',
  'src/adapters/fastify',
  'src/adapters/process/termination-signals.ts',
];

function typescriptIn(source: string): string[] {
  if (!statSync(path.join(ROOT, source)).isDirectory()) return [source];
  return readdirSync(path.join(ROOT, source), { recursive: true })
    .map((file) => path.join(source, String(file)))
    .filter((file) => file.endsWith('.ts'));
}
