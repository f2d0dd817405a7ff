import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describeUnless, itUnless } from '../support/optional-suite';
import { withoutLinux } from '../support/platform';
import { PROJECT } from '../support/service-process';
import { newFolder, npm, PACKAGE, projectWith, removeFolders, run } from './support/npm';
import { stopUnderWay } from './support/stop-under-way';

const PUBLINT = path.join(PROJECT, 'node_modules/publint/src/cli.js');
const ATTW = path.join(__dirname, 'attw/node_modules/@arethetypeswrong/cli/dist/index.js');
const noAttw = existsSync(ATTW) ? undefined : 'attw is not installed: npm ci --prefix test/package/attw';

let packed: { filename: string; size: number; files: { path: string }[] };
let tarball: string;
let project: string;

beforeAll(async () => {
  const folder = newFolder();
  // Its own script builds it, whatever the machine thinks of scripts.
  const words = ['pack', '--json', '--ignore-scripts=false', '--pack-destination', folder];
  const said = await npm(PACKAGE, ...words);
  [packed] = JSON.parse(said.slice(said.search(/^\[/m)));
  tarball = path.join(folder, packed.filename);
  project = await projectWith(tarball, 'commonjs', '--offline', '--omit=optional');
  copyFileSync(path.join(__dirname, 'fixtures/leaves-no-trace.cjs'), path.join(project, 'look.cjs'));
});

afterAll(removeFolders);

describe('the tarball of lastcall-drain', () => {
  it('holds what is used, and nothing else', () => {
    const built = ['index', 'register'].flatMap((name) =>
      ['.d.mts', '.d.ts', '.js', '.mjs'].map((extension) => `dist/${name}${extension}`),
    );
    expect(packed.files.map((file) => file.path).sort()).toEqual(
      ['LICENSE', 'README.md', 'package.json', ...built].sort(),
    );
  });

  it('is smaller than 40 kB', () => {
    expect(packed.size).toBeLessThan(40_000);
  });

  it('needs no other package, takes koffi as the service does, and asks for the same Node', () => {
    const read = (folder: string) => JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
    const [ours, root] = [read(PACKAGE), read(PROJECT)];
    expect(ours).not.toHaveProperty('dependencies');
    expect(ours).not.toHaveProperty('peerDependencies');
    expect(ours.optionalDependencies).toEqual({ koffi: root.optionalDependencies.koffi });
    expect([ours.engines, ours.license]).toEqual([root.engines, root.license]);
    expect(ours.sideEffects).toBe(false);
  });

  it('has nothing that publint warns of', async () => {
    expect(await run(project, PUBLINT, tarball, '--strict')).toEqual({
      code: 0,
      output: expect.stringContaining('All good!'),
    });
  });

  it.each(['require', 'import'])('changes nothing in the process of who loads it by %s', async (how) => {
    expect(await run(project, 'look.cjs', how, 'lastcall-drain')).toEqual({ code: 0, output: '' });
    // So a change would have been seen.
    expect(await run(project, 'look.cjs', how, 'lastcall-drain/register')).toMatchObject({ code: 1 });
  });

  itUnless(withoutLinux())(
    'stops a server without koffi, too, and says at its start what that means',
    async () => {
      copyFileSync(path.join(__dirname, 'fixtures/server.cjs'), path.join(project, 'server.cjs'));
      const { stderr, ...stop } = await stopUnderWay(project, ['server.cjs']);
      expect(stop).toMatchObject({ before: { status: 200 }, during: { status: 200 }, exitCode: 0 });
      expect(stderr.match(/LASTCALL_\w+/g)).toEqual(['LASTCALL_DEGRADED', 'LASTCALL_BEST_EFFORT']);
    },
  );

  it('is one and the same, however it is loaded', async () => {
    const compare = `import('lastcall-drain').then(({ default: _, ...imported }) =>
      require('node:assert').deepStrictEqual({ ...imported }, { ...require('lastcall-drain') }))`;
    expect(await run(project, '-e', compare)).toEqual({ code: 0, output: '' });
  });
});

describeUnless(noAttw, 'the types of lastcall-drain, by Are the Types Wrong', () => {
  it('are right for CommonJS, for ESM and for bundlers', async () => {
    // Node 10 and its like know nothing of `exports`, and so of no `register`.
    const words = [tarball, '--profile', 'node16', '--no-definitely-typed'];
    expect(await run(project, ATTW, ...words)).toEqual({
      code: 0,
      output: expect.stringContaining('lastcall-drain/register'),
    });
  });
});
