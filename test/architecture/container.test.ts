import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { validate } from 'dockerfile-utils';
import { parse } from 'yaml';
import { REPOSITORY } from './support/source-tree-copy';

const read = (file: string): string => readFileSync(path.join(REPOSITORY, file), 'utf8');

/** The first group of a pattern which the file must have. */
function find(file: string, pattern: RegExp): string {
  const group = pattern.exec(read(file))?.[1];
  if (group === undefined) throw new Error(`${file} has nothing like ${pattern}`);
  return group;
}

interface Compose {
  readonly services: Readonly<Record<string, { readonly image?: string; readonly depends_on?: object }>>;
}
const compose = parse(read('compose.yaml')) as Compose;

const faults = (dockerfile: string) => validate(dockerfile).map(({ message }) => message);

describe('the container', () => {
  it('gives the drain more time than the drain takes for itself', () => {
    const shutdownTimeoutMs = Number(find('compose.yaml', /SHUTDOWN_TIMEOUT_MS: ["'](\d+)["']/));
    const graceSeconds = Number(find('compose.yaml', /lastcall:[\s\S]*?stop_grace_period: (\d+)s/));
    expect(graceSeconds * 1000).toBeGreaterThan(shutdownTimeoutMs + 1000);
  });

  it('is built by a file without a fault that the linter of Dockerfiles knows', () => {
    expect(faults(read('Dockerfile'))).toEqual([]);
    expect(faults('FROM node:20\nWORKDIR app\nHEALTHCHECK --intervall=3s CMD x')).toEqual([
      'WORKDIR paths should be absolute',
      'Unknown flag: intervall',
    ]);
  });

  it('stands on images of a full version', () => {
    const bases = [...read('Dockerfile').matchAll(/^FROM (\S+)(?: AS (\S+))?$/gm)];
    const stages = bases.map(([, , stage]) => stage);
    const own = bases.map(([, base]) => base).filter((base) => !stages.includes(base));
    expect(new Set(own)).toEqual(new Set([`\${NODE_IMAGE}`]));
    const pulled = Object.values(compose.services).flatMap(({ image }) => image ?? []);
    for (const image of [find('Dockerfile', /^ARG NODE_IMAGE=(.*)$/m), ...pulled]) {
      expect(image).toMatch(/^\w+:\d+\.\d+/);
    }
  });

  it('starts what npm start starts, as process 1 and as an ordinary user', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: { start: string } };
    const command = JSON.parse(find('Dockerfile', /\nCMD (\[.*\])\n$/)) as string[];
    // On Windows there is no `exec`, and cmd goes on with the second; elsewhere npm's shell becomes the service.
    expect(scripts.start).toBe('exec node scripts/start.js || node scripts/start.js');
    expect(read('scripts/start.js')).toContain("require(path.join(DIST, 'bootstrap/main.js'))");
    expect(command).toEqual(['node', 'dist/bootstrap/main.js']);
    expect(find('Dockerfile', /\nUSER (.*)\n/)).toBe('node');
  });

  it('runs on the major version of Node that developers are told to use', () => {
    expect(find('Dockerfile', /NODE_IMAGE=node:(\d+)\.\d+\.\d+-/)).toBe(read('.nvmrc').trim());
  });

  it('copies only what the ignore file lets through', () => {
    const copied = [...read('Dockerfile').matchAll(/^COPY (?!--from)(.*) \S+$/gm)].flatMap(([, files]) =>
      (files ?? '').split(' '),
    );
    expect(copied).not.toHaveLength(0);
    const letThrough = read('.dockerignore').match(/(?<=^!).*$/gm);
    expect(letThrough).toEqual(expect.arrayContaining([...new Set(copied)]));
  });

  it('gets its packages from the files that it copies for them, which leave out the workspace', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'lastcall-manifests-'));
    const manifests = find('Dockerfile', /AS manifests\n[\s\S]*?\nCOPY (.*) \.\/\n/).split(' ');
    for (const file of manifests) copyFileSync(path.join(REPOSITORY, file), path.join(folder, file));
    const words = ['ci', '--dry-run', '--ignore-scripts', '--omit=dev', '--prefix', folder];
    const { status, stdout } = spawnSync('npm', words, { cwd: folder, encoding: 'utf8' });
    rmSync(folder, { recursive: true });
    expect(status).toBe(0);
    expect(stdout).toContain('add koffi ');
    expect(stdout).not.toContain('lastcall-drain');
  });

  it('is waited for by what stands before it, and waits for what it needs', () => {
    expect(compose.services.haproxy?.depends_on).toEqual({ lastcall: { condition: 'service_healthy' } });
    expect(compose.services.lastcall?.depends_on).toEqual({ postgres: { condition: 'service_healthy' } });
  });
});
