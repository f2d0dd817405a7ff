import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Manifest } from './manifests';

const MODULES = path.resolve(__dirname, '../../../node_modules');
const OPTIONS = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'preserve', '--pretty', 'false'];

/**
 * What TypeScript says of manifests as literals of the API's published types: of wrong types, missing fields and
 * unknown ones alike. (The schemas of the same package let unknown fields through, and so would hide a misspelt probe.)
 */
export function manifestFaults(manifests: readonly Manifest[]): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'lastcall-manifests-'));
  try {
    symlinkSync(MODULES, path.join(folder, 'node_modules'));
    const file = path.join(folder, 'manifests.ts');
    writeFileSync(file, manifests.map(asLiteral).join('\n'));
    const tsc = path.join(MODULES, 'typescript/bin/tsc');
    return spawnSync(process.execPath, [tsc, ...OPTIONS, file], { encoding: 'utf8', cwd: folder }).stdout;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function asLiteral(manifest: Manifest, index: number): string {
  const type = `import('kubernetes-models/${manifest.apiVersion}').I${manifest.kind}`;
  return `export const manifest${index}: ${type} = ${JSON.stringify(manifest, null, 2)};`;
}
