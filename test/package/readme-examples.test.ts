import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { transformSync } from '@swc/core';
import { itUnless } from '../support/optional-suite';
import { type CodeBlock, codeBlocksOf, EXAMPLES, missingPackages } from './support/code-blocks';
import { link, PACKAGE, packedCopy, projectWith, removeFolders } from './support/npm';
import { stopUnderWay } from './support/stop-under-way';
import { complaintsOfTypes } from './support/type-check';

const BLOCKS = codeBlocksOf(readFileSync(path.join(PACKAGE, 'README.md'), 'utf8'));

let project: string;

beforeAll(async () => {
  project = await projectWith(await packedCopy(), 'module', '--prefer-offline');
});

afterAll(removeFolders);

/** The block as a file, in a project that has what it imports. */
function written({ code, extension, name, packages }: CodeBlock): string {
  for (const wanted of packages.flatMap((each) => [each, typesOf(each)])) {
    const there = path.join(EXAMPLES, wanted);
    if (existsSync(there)) link(project, wanted, there);
  }
  const file = `${name.replaceAll(/\W+/g, '-')}${extension}`;
  writeFileSync(path.join(project, file), code);
  return file;
}

function typesOf(name: string): string {
  return `@types/${name.replace('@', '').replace('/', '__')}`;
}

/** What node runs of it: Node 20 knows no types. */
function withoutTypes(file: string): string {
  if (!file.endsWith('.mts')) return file;
  const source = readFileSync(path.join(project, file), 'utf8');
  const { code } = transformSync(source, { jsc: { parser: { syntax: 'typescript' }, target: 'es2023' } });
  const built = file.replace(/mts$/, 'mjs');
  writeFileSync(path.join(project, built), code);
  return built;
}

it('has blocks of code, each with a name of its own', () => {
  expect(BLOCKS.filter(({ run }) => run)).not.toHaveLength(0);
  expect(new Set(BLOCKS.map(({ name }) => name)).size).toBe(BLOCKS.length);
});

for (const block of BLOCKS) {
  const { name, run } = block;

  itUnless(missingPackages(block))(`has types that fit: ${name}`, async () => {
    expect(await complaintsOfTypes(project, written(block), { skipLibCheck: true })).toBe('');
  });

  if (!run) continue;
  itUnless(missingPackages(block))(`runs, and loses no request when it is stopped: ${name}`, async () => {
    const words = [...run.nodeOptions, withoutTypes(written(block))];
    expect(await stopUnderWay(project, words, { path: run.path })).toMatchObject({
      before: { status: 200 },
      during: { status: 200 },
      saidGoodbye: true,
      exitCode: 0,
    });
  });
}

describe('the blocks of a page', () => {
  const page = [
    '```sh\nnpm start\n```',
    "```ts\n// run: one --import lastcall-drain/register /health\nimport 'node:http';\nimport x from '@scope/x/y';\n```",
    "```js\nconst { drainable } = require('lastcall-drain');\nconst koa = require('koa');\n```",
    "```js\nimport './mine.js';\n```",
  ].join('\n\n');

  it('are found, with what they import and how they are started', () => {
    const run = { nodeOptions: ['--import', 'lastcall-drain/register'], path: '/health' };
    expect(codeBlocksOf(page)).toMatchObject([
      { name: 'one', extension: '.mts', packages: ['@scope/x'], run },
      { name: 'line 11', extension: '.cjs', packages: ['koa'] },
      { name: 'line 16', extension: '.mjs', packages: [] },
    ]);
  });

  it('cannot be tried without the packages that they import', () => {
    const [block] = codeBlocksOf("```js\nrequire('no-such-package');\n```");
    expect(block && missingPackages(block)).toBe('not installed in examples: no-such-package');
  });
});
