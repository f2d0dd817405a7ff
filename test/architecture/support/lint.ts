import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { REPOSITORY } from './source-tree-copy';

/** One broken rule, with the file that broke it relative to the root of the tree. */
export interface Violation {
  readonly rule: string;
  readonly file: string;
}

interface CruiseResult {
  readonly summary: {
    readonly totalCruised: number;
    readonly violations: readonly { readonly from: string; readonly rule: { readonly name: string } }[];
  };
}

interface BiomeResult {
  readonly diagnostics: readonly {
    readonly category: string;
    readonly message: string;
    readonly location: { readonly path: string };
  }[];
}

/** Checks the import rules over src; throws when the cruiser itself failed or saw no file. */
export function checkImports(root: string): Violation[] {
  const cruiser = 'dependency-cruiser/bin/dependency-cruise.mjs';
  const result = runJson(root, [cruiser, '--config', '.dependency-cruiser.js', '-T', 'json', 'src']);
  const { totalCruised, violations } = (result as CruiseResult).summary;
  if (totalCruised === 0) throw new Error(`dependency-cruiser saw no file under ${root}/src`);
  return violations.map(({ from, rule }) => ({ rule: rule.name, file: from }));
}

/** Checks the syntax rules over src: what is left of biome's findings when its own rules are taken away. */
export function checkSyntax(root: string): Violation[] {
  const arguments_ = ['lint', '--reporter=json', '--max-diagnostics=none', 'src'];
  const { diagnostics } = runJson(root, ['@biomejs/biome/bin/biome', ...arguments_]) as BiomeResult;
  return diagnostics
    .filter(({ category }) => category === 'plugin')
    .map(({ message, location }) => ({ rule: message.split(':')[0] ?? message, file: location.path }));
}

/** Both tools exit with 1 for a violation, so it is their output that tells a failure from a finding. */
function runJson(cwd: string, [tool, ...rest]: readonly [string, ...string[]]): unknown {
  const script = path.join(REPOSITORY, 'node_modules', tool);
  const { stdout, stderr } = spawnSync(process.execPath, [script, ...rest], {
    cwd,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    timeout: 60_000,
  });
  try {
    return JSON.parse(stdout);
  } catch {
    throw new Error(`${tool} printed no JSON: ${stdout.slice(0, 500)}${stderr}`);
  }
}
