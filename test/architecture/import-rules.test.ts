import { existsSync } from 'node:fs';
import path from 'node:path';
import { checkImports, type Violation } from './support/lint';
import { REPOSITORY, SourceTreeCopy } from './support/source-tree-copy';

const TARGET = 'export interface Target { readonly n: number }\nexport const target = 1;';

/** Each file breaks exactly the rule beside it, in the way its name says. */
const VIOLATIONS: readonly [rule: string, file: string, source: string][] = [
  ['domain-imports-nothing', 'src/domain/uses-npm.ts', `import { v7 } from 'uuidv7';`],
  ['domain-imports-nothing', 'src/domain/uses-built-in.ts', `import { readFile } from 'node:fs/promises';`],
  ['domain-imports-nothing', 'src/domain/uses-bare-built-in.ts', `import events = require('events');`],
  ['domain-imports-nothing', 'src/domain/uses-npm-type.ts', `import type Koa from 'koa';`],
  [
    'domain-imports-nothing',
    'src/domain/uses-application.ts',
    `import type { Target } from '../application/lint-target';`,
  ],
  [
    'application-imports-only-the-domain',
    'src/application/uses-adapter-lazily.ts',
    `export const lazy = () => import('../adapters/memory/lint-target');`,
  ],
  ['application-imports-only-the-domain', 'src/application/uses-npm.ts', `import { Kysely } from 'kysely';`],
  [
    'application-imports-only-the-domain',
    'src/application/ports/uses-built-in-type.ts',
    `import type { Socket } from 'node:net';`,
  ],
  [
    'adapters-do-not-know-each-other',
    'src/adapters/koa/uses-postgres.ts',
    `import { target } from '../postgres/lint-target';`,
  ],
  [
    'adapters-do-not-know-each-other',
    'src/adapters/koa/uses-postgres-type.ts',
    `import { type Target } from '../postgres/lint-target';`,
  ],
  [
    'adapters-do-not-know-each-other',
    'src/adapters/koa/deeper/re-exports-memory-type.ts',
    `export type { Target } from '../../memory/lint-target';`,
  ],
  [
    'adapters-do-not-know-each-other',
    'src/adapters/koa/requires-memory.ts',
    `export const all = require('../memory/lint-target');`,
  ],
  [
    'http-server-by-its-door',
    'src/bootstrap/uses-what-is-behind-the-door.ts',
    `import type { Target } from '../adapters/http-server/lint-target';`,
  ],
  [
    'http-server-knows-no-service',
    'src/adapters/http-server/uses-a-port.ts',
    `import type { Target } from '../../application/lint-target';`,
  ],
  ['http-server-knows-no-service', 'src/adapters/http-server/uses-npm.ts', `import Koa from 'koa';`],
  [
    'a-resource-is-known-to-its-page-alone',
    'src/application/intake/uses-a-resource.ts',
    `import { target } from '../jobs/lint-target';`,
  ],
  [
    'a-resource-is-known-to-its-page-alone',
    'src/bootstrap/uses-a-resource.ts',
    `import type { Target } from '../adapters/koa/jobs/lint-target';`,
  ],
  [
    'resources-do-not-know-each-other',
    'src/domain/notes/uses-another.ts',
    `import type { Target } from '../jobs/lint-target';`,
  ],
  [
    'lifecycle-knows-no-intake',
    'src/domain/lifecycle/uses-intake.ts',
    `import { target } from '../intake/lint-target';`,
  ],
  [
    'only-bootstrap-knows-the-wiring',
    'src/adapters/koa/uses-bootstrap.ts',
    `import type { Target } from '../../bootstrap/lint-target';`,
  ],
  [
    'drain-package-knows-no-service',
    'src/bootstrap/drain/uses-the-service.ts',
    `import type { Target } from '../lint-target';`,
  ],
  ['drain-package-knows-no-service', 'src/bootstrap/drain/uses-npm.ts', `import Koa from 'koa';`],
  [
    'container-only-in-bootstrap',
    'src/adapters/memory/uses-container.ts',
    `import { container } from 'tsyringe';`,
  ],
  [
    'container-only-in-bootstrap',
    'src/adapters/memory/uses-container-type.ts',
    `import type { DependencyContainer } from 'tsyringe';`,
  ],
  ['container-only-in-bootstrap', 'src/adapters/memory/uses-metadata.ts', `import 'reflect-metadata';`],
  [
    'no-import-cycles',
    'src/domain/cycle-one.ts',
    `import { two } from './cycle-two';\nexport const one = () => two;`,
  ],
  [
    'process-module-only-at-the-edge',
    'src/adapters/koa/imports-exit.ts',
    `import { exit } from 'node:process';`,
  ],
  ['source-stands-alone', 'src/adapters/koa/uses-dev-dependency.ts', `import fc from 'fast-check';`],
  ['source-stands-alone', 'src/adapters/koa/uses-test.ts', `import { t } from '../../../test/lint-target';`],
  ['every-import-resolves', 'src/adapters/koa/imports-nothing.ts', `import { lost } from './not-there';`],
];

/** The way back of the cycle, type-only; dependency-cruiser reports a cycle once, at its first file. */
const CYCLE_TWO = `import type { one } from './cycle-one';\nexport const two = 2;\nexport type One = typeof one;`;

/** What the architecture allows, so that a rule cannot pass its test by refusing everything. */
const ALLOWED: readonly [file: string, source: string][] = [
  ['src/application/uses-domain.ts', `import { target } from '../domain/lint-target';`],
  ['src/adapters/koa/deeper/uses-itself.ts', `import { target } from '../lint-target';`],
  ['src/adapters/koa/uses-port.ts', `import type { Target } from '../../application/lint-target';`],
  ['src/adapters/koa/uses-npm.ts', `import Koa from 'koa';`],
  ['src/adapters/http-server/uses-lifecycle.ts', `import '../../domain/lifecycle/lint-target';`],
  ['src/bootstrap/modules/notes.ts', `import '../../domain/notes/lint-target';`],
  ['src/application/notes/uses-its-own.ts', `import '../../domain/notes/lint-target';`],
  ['src/bootstrap/uses-the-door.ts', `import { DrainingServer } from '../adapters/http-server';`],
  ['src/bootstrap/drain/uses-the-door.ts', `import { DrainingServer } from '../../adapters/http-server';`],
  ['src/adapters/process/uses-process.ts', `import process from 'node:process';`],
  [
    'src/bootstrap/wires.ts',
    `import 'reflect-metadata';\nimport { container } from 'tsyringe';\nimport '../adapters/koa/lint-target';`,
  ],
];

const FOLDERS = [
  'domain',
  'application',
  'bootstrap',
  ...['domain', 'application'].flatMap((layer) =>
    ['jobs', 'intake', 'lifecycle'].map((it) => `${layer}/${it}`),
  ),
  ...['http-server', 'koa', 'koa/jobs', 'postgres', 'memory', 'process'].map(
    (adapter) => `adapters/${adapter}`,
  ),
];

/** Two folders in a circle of which no file is in one. */
const CIRCLE: readonly [file: string, source: string][] = [
  ['src/adapters/memory/one/uses-two.ts', `import '../two/plain';`],
  ['src/adapters/memory/one/plain.ts', TARGET],
  ['src/adapters/memory/two/uses-one.ts', `import '../one/plain';`],
  ['src/adapters/memory/two/plain.ts', TARGET],
];

describe('the import rules', () => {
  let tree: SourceTreeCopy;
  let found: Violation[];

  const rulesBrokenBy = (file: string): string[] => [
    ...new Set(found.filter((violation) => violation.file === file).map(({ rule }) => rule)),
  ];

  beforeAll(() => {
    tree = new SourceTreeCopy();
    for (const folder of FOLDERS) tree.write(`src/${folder}/lint-target.ts`, TARGET);
    tree.write('test/lint-target.ts', 'export const t = 1;');
    tree.write('src/domain/cycle-two.ts', CYCLE_TWO);
    for (const [, file, source] of VIOLATIONS) tree.write(file, source);
    for (const [file, source] of [...ALLOWED, ...CIRCLE]) tree.write(file, source);
    tree.write('src/domain/notes/lint-target.ts', TARGET);
    found = checkImports(tree.root);
  }, 60_000);

  afterAll(() => tree.remove());

  it.each(VIOLATIONS)('%s fails on %s, and no other rule does', (rule, file) => {
    expect(rulesBrokenBy(file)).toEqual([rule]);
  });

  it.each(ALLOWED)('let %s pass', (file) => {
    expect(rulesBrokenBy(file)).toEqual([]);
  });

  it('see a circle of two folders, of which no file is in one', () => {
    const circles = found.filter(({ rule }) => rule === 'no-circles-of-folders').map(({ file }) => file);
    expect(circles).toEqual(expect.arrayContaining(['src/adapters/memory/one', 'src/adapters/memory/two']));
    expect(circles).not.toContain('src/adapters/koa/edge');
  });

  it('are each proved by at least one violation', () => {
    const { forbidden } = require('../../.dependency-cruiser.js') as { forbidden: { name: string }[] };
    const proved = new Set(found.map(({ rule }) => rule));
    expect(forbidden.map(({ name }) => name).filter((name) => !proved.has(name))).toEqual([]);
  });

  it.each(FOLDERS)('name a folder that exists: src/%s', (folder) => {
    expect(existsSync(path.join(REPOSITORY, 'src', folder))).toBe(true);
  });

  it('hold in the source tree as it is', () => {
    expect(checkImports(REPOSITORY)).toEqual([]);
  }, 60_000);
});
