import { readdirSync } from 'node:fs';
import path from 'node:path';
import { checkSyntax, type Violation } from './support/lint';
import { REPOSITORY, SourceTreeCopy } from './support/source-tree-copy';

/** Each file breaks exactly the rule beside it, in the way its name says. */
const VIOLATIONS: readonly [rule: string, file: string, source: string][] = [
  ['no-decorators', 'src/bootstrap/decorated-class.ts', '@injectable()\nexport class Decorated {}'],
  ['no-decorators', 'src/application/decorated-method.ts', 'export class C {\n  @cached() method() {}\n}'],
  ['no-inline-import-types', 'src/domain/inline-type.ts', `export type T = import('../adapters/http/x').T;`],
  [
    'no-inline-import-types',
    'src/domain/inline-typeof.ts',
    `export type T = typeof import('../adapters/http/x');`,
  ],
  ['environment-in-one-place', 'src/adapters/postgres/reads.ts', 'export const { PGHOST } = process.env;'],
  ['environment-in-one-place', 'src/bootstrap/reads-as-well.ts', 'export const port = process.env.PORT;'],
  ['environment-in-one-place', 'src/application/reads-by-name.ts', `export const all = process['env'];`],
  [
    'environment-in-one-place',
    'src/adapters/koa/reads-globally.ts',
    'export const all = globalThis.process.env;',
  ],
  ['environment-in-one-place', 'src/adapters/koa/takes-env.ts', 'export const { env } = process;'],
  [
    'environment-in-one-place',
    'src/adapters/koa/renames-env.ts',
    'export const { pid, env: all } = process;',
  ],
  [
    'environment-in-one-place',
    'src/adapters/koa/imports-env.ts',
    `import { env } from 'node:process';\nexport const all = env;`,
  ],
  ['environment-in-one-place', 'src/adapters/koa/writes.ts', `process.env.OTEL_SERVICE_NAME ??= 'lastcall';`],
  ['one-process-exit', 'src/adapters/process/exits.ts', 'process.exit(1);'],
  ['one-process-exit', 'src/bootstrap/exits.ts', 'export const end = process.exit;'],
  ['one-process-exit', 'src/application/exits-globally.ts', 'globalThis.process.exit(0);'],
  ['one-process-exit', 'src/adapters/koa/exits-by-name.ts', `process['exit'](1);`],
  ['one-process-exit', 'src/adapters/koa/takes-exit.ts', 'export const { exit } = process;'],
  ['one-process-exit', 'src/adapters/koa/renames-exit.ts', 'export const { pid, exit: end } = process;'],
  ['one-process-exit', 'src/adapters/koa/aborts.ts', 'process.abort();'],
  ['signals-in-one-adapter', 'src/bootstrap/listens.ts', `process.on('SIGTERM', () => {});`],
  ['signals-in-one-adapter', 'src/adapters/koa/listens-once.ts', 'process.once("SIGINT", () => {});'],
  [
    'signals-in-one-adapter',
    'src/adapters/koa/listens-to-all.ts',
    `for (const name of ['SIGHUP']) process.addListener(name, () => {});`,
  ],
];

/** What the rules allow, so that a rule cannot pass its test by refusing everything. */
const ALLOWED: readonly [file: string, source: string][] = [
  ['src/bootstrap/main.ts', 'process.exit(0);'],
  ['src/bootstrap/environment.ts', 'export const environment = { ...process.env };'],
  ['src/adapters/koa/spawns.ts', 'export const options = { env: {} };'],
  ['src/adapters/process/listens.ts', `process.on('SIGTERM', () => {});`],
  ['src/adapters/koa/listens-to-exit.ts', `process.once('exit', () => {});`],
  ['src/adapters/koa/sets-exit-code.ts', 'process.exitCode = 1;'],
  ['src/adapters/koa/lazy-import.ts', `export const lazy = () => import('node:net');`],
];

describe('the syntax rules', () => {
  let tree: SourceTreeCopy;
  let found: Violation[];

  const rulesBrokenBy = (file: string): string[] => [
    ...new Set(found.filter((violation) => violation.file === file).map(({ rule }) => rule)),
  ];

  beforeAll(() => {
    tree = new SourceTreeCopy();
    for (const [, file, source] of VIOLATIONS) tree.write(file, source);
    for (const [file, source] of ALLOWED) tree.write(file, source);
    found = checkSyntax(tree.root);
  }, 60_000);

  afterAll(() => tree.remove());

  it.each(VIOLATIONS)('%s fails on %s, and no other rule does', (rule, file) => {
    expect(rulesBrokenBy(file)).toEqual([rule]);
  });

  it.each(ALLOWED)('let %s pass', (file) => {
    expect(rulesBrokenBy(file)).toEqual([]);
  });

  it('are each switched on and proved by at least one violation', () => {
    const files = readdirSync(path.join(REPOSITORY, 'test/architecture/rules'));
    const proved = new Set(VIOLATIONS.map(([rule]) => `${rule}.grit`));
    expect(new Set(files)).toEqual(proved);
  });

  it('hold in the source tree as it is', () => {
    expect(checkSyntax(REPOSITORY)).toEqual([]);
  }, 60_000);
});
