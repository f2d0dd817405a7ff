import { mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { transformFileSync } from '@swc/core';

const root = resolve(__dirname, '../../../..');
const folders = ['src/adapters/http-server', 'src/domain', 'test/process/listener/fixtures'];

export interface BuiltFixture {
  readonly folder: string;
  /** For `node`; `NODE_PATH` must point to `modules`. */
  readonly script: string;
  readonly modules: string;
}

/** Compiles the listener and its fixture server once, so that a trial starts in the time that node takes to start. */
export function buildFixture(): BuiltFixture {
  const folder = mkdtempSync(join(tmpdir(), 'lastcall-listener-'));
  for (const path of folders.flatMap((each) =>
    readdirSync(join(root, each), { recursive: true }).map((file) => join(each, String(file))),
  )) {
    if (!path.endsWith('.ts')) continue;
    const to = join(folder, path.replace(/\.ts$/, '.js'));
    mkdirSync(dirname(to), { recursive: true });
    writeFileSync(to, transformFileSync(join(root, path), { configFile: join(root, '.swcrc') }).code);
  }
  return {
    folder,
    script: join(folder, 'test/process/listener/fixtures/server.js'),
    modules: join(root, 'node_modules'),
  };
}
