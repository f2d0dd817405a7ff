import { execFile, execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { RawClient } from '../../support/raw-client';
import { PROJECT, ServiceProcess } from '../../support/service-process';
import { freshDatabase, postWork } from './environment';
import { npmProject, removeNpmProjects } from './npm-project';

jest.setTimeout(120_000);
const environment = freshDatabase();
afterAll(removeNpmProjects);

const stamp = (folder: string) => readFileSync(path.join(folder, 'dist/built-from'), 'utf8');
const builtAt = (folder: string) => statSync(path.join(folder, 'dist/built-from')).mtimeMs;

/** With the environment of a platform: no packages of the development are needed, and hooks may be off. */
const npmStart = (folder: string, ...words: string[]) => ({
  command: [...words, 'npm', 'start', '--ignore-scripts', '--prefix', folder] as unknown as [
    string,
    ...string[],
  ],
  env: { NODE_ENV: 'production', DATABASE_URL: environment().database.url },
});

async function served(service: ServiceProcess, name: string): Promise<void> {
  await service.line('ready', 30_000);
  expect((await service.post(name)).status).toBe(201);
  service.signal();
  expect(await service.exitCode()).toBe(0);
}

describe('npm start', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'passes %s on: what is in flight finishes, and npm exits with 0',
    async (signal) => {
      const { onlooker } = environment();
      const service = ServiceProcess.spawn(npmStart(PROJECT));
      await service.line('ready', 30_000);
      const unlock = await onlooker.lockJobs();
      const client = await RawClient.open(service.port);
      client.write(postWork('through npm'));
      await onlooker.untilBlocked();
      service.signal(signal);
      await service.line('listener closed');
      await unlock();
      expect((await client.waitForAnswers(1))[0]?.status).toBe(201);
      await client.waitForEnd();
      expect(await service.exitCode()).toBe(0);
      expect(service.lines.at(-1)).toMatchObject({ msg: 'drain report', exitCode: 0 });
      expect(await onlooker.names()).toEqual(['through npm']);
    },
  );

  it('builds what is not built, once, though six are started at a time, and without the packages of the development', async () => {
    const development = ['typescript', '@typescript', 'tsx', 'jest', '@swc', '@biomejs', '@types'];
    const folder = npmProject({ without: development });
    const six = Array.from({ length: 6 }, () => ServiceProcess.spawn(npmStart(folder)));
    await Promise.all(six.map((service, index) => served(service, `start ${index}`)));
    expect(readdirSync(folder).filter((name) => name.startsWith('dist'))).toEqual(['dist']);
    expect(readdirSync(path.join(folder, 'dist')).sort()).toEqual(
      readdirSync(path.join(PROJECT, 'dist')).sort(),
    );
  });

  it('builds again only when the sources have changed, a file that is gone included', async () => {
    const folder = npmProject({ built: true });
    const build = () => execFileSync(process.execPath, [path.join(folder, 'scripts/build.js')]);
    const [hash, at] = [stamp(folder), builtAt(folder)];
    await served(ServiceProcess.spawn(npmStart(folder)), 'as it was built');
    expect(builtAt(folder)).toBe(at);
    writeFileSync(path.join(folder, 'src/further.ts'), 'export const further = 1;\n');
    build();
    expect(stamp(folder)).not.toBe(hash);
    rmSync(path.join(folder, 'src/further.ts'));
    build();
    expect(stamp(folder)).toBe(hash);
  });

  it('needs to write nothing where it is built, and says so where a build is older than the sources', async () => {
    const folder = npmProject({ built: true });
    const closed = [path.join(folder, 'dist'), folder];
    for (const each of closed) chmodSync(each, 0o555);
    // As root the modes say nothing: another user has to start it.
    const asNobody =
      process.geteuid?.() === 0
        ? ['setpriv', '--reuid=nobody', '--regid=nogroup', '--clear-groups', 'env', 'HOME=/tmp']
        : [];
    try {
      const service = ServiceProcess.spawn(npmStart(folder, ...asNobody));
      await served(service, 'read-only');
      expect(service.stderr).not.toContain('lastcall:');
      writeFileSync(path.join(folder, 'src/domain/jobs/job.ts'), '// changed\n', { flag: 'a' });
      const stale = ServiceProcess.spawn(npmStart(folder, ...asNobody));
      await served(stale, 'older');
      expect(stale.stderr).toMatch(/^lastcall: the build is older than the sources, and stays so \(.*\)$/m);
    } finally {
      for (const each of closed) chmodSync(each, 0o755);
    }
  });

  it('says in one line what is missing where there is neither a build nor what makes one', async () => {
    const folder = npmProject({ without: ['esbuild', '@esbuild'] });
    const service = ServiceProcess.spawn(npmStart(folder));
    expect(await service.exitCode()).toBe(1);
    expect(service.stderr).toContain(
      'lastcall: there is no build, and none can be made (esbuild is not installed: run npm ci)\n',
    );
    expect(service.stderr).not.toContain(' at ');
  });
});

it('goes on, and drains, when its files are replaced under it; its stacks name the lines of the sources', async () => {
  const { database, onlooker } = environment();
  const folder = npmProject({ built: true });
  const main = path.join(folder, 'dist/bootstrap/main.js');
  const service = await ServiceProcess.start(database.url, { command: [process.execPath, main] });
  await onlooker.query('alter table jobs rename to away');
  expect((await service.post('a defect')).status).toBe(500);
  const failed = await service.line('a request failed');
  expect(JSON.stringify(failed.err)).toMatch(/src\/adapters\/postgres\/[a-z-/]+\.ts:\d+/);
  await onlooker.query('alter table away rename to jobs');

  for (const name of ['dist', 'node_modules', 'src'])
    renameSync(path.join(folder, name), path.join(folder, `${name}.old`));
  expect((await service.post('after the deployment')).status).toBe(201);
  const statuses = await Promise.all(
    ['/metrics', '/openapi.json', '/health', '/readyz', '/nowhere', '/docs', '/docs/swagger-ui.css'].map(
      async (route) => [route, (await service.fetch(route)).status],
    ),
  );
  expect(statuses.filter(([, status]) => status !== 200)).toEqual([
    ['/nowhere', 404],
    ['/docs', 404],
    ['/docs/swagger-ui.css', 404],
  ]);
  service.signal();
  expect(await service.exitCode()).toBe(0);
});

it('has the same bytes in a clone where git writes line ends as on Windows', () => {
  const folder = npmProject();
  for (const name of ['.gitattributes', '.ci', 'biome.json', 'README.md']) {
    cpSync(path.join(PROJECT, name), path.join(folder, name), { recursive: true });
  }
  const clone = path.join(folder, 'clone');
  const git = (...words: string[]) => execFileSync('git', ['-C', folder, ...words], { encoding: 'utf8' });
  git('init', '--quiet');
  git(
    '-c',
    'core.autocrlf=false',
    'add',
    '.gitattributes',
    '.ci',
    'biome.json',
    'README.md',
    'scripts',
    'src',
  );
  const author = ['-c', 'user.name=somebody', '-c', 'user.email=somebody@example.org'];
  git(...author, 'commit', '--quiet', '--message', 'as it is');
  git('clone', '--quiet', '-c', 'core.autocrlf=true', folder, clone);
  const ends = git('-C', clone, 'ls-files', '--eol').split('\n').filter(Boolean);
  expect(ends.length).toBeGreaterThan(100);
  expect(ends.filter((line) => !/ w\/lf /.test(line.replace(/\s+/g, ' ')))).toEqual([]);
});

describe('npm run wiring', () => {
  it('prints who uses whom and the stop order', async () => {
    const { stdout } = await promisify(execFile)('npm', ['run', '--silent', 'wiring'], { cwd: PROJECT });
    expect(stdout).toContain('who uses whom');
    expect(stdout).toMatch(/^ {2}http-server -> .*api/m);
    const order = stdout.slice(stdout.indexOf('stop order'));
    const places = ['http-server', 'job-writer', 'postgres-pool', 'log'].map((name) => order.indexOf(name));
    expect(places).not.toContain(-1);
    expect(places).toEqual([...places].sort((a, b) => a - b));
  });
});
