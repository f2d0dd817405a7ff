import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { lifecycle } from '../../../src/bootstrap/drain';
import { type BuiltSources, buildSources, DRAIN_PACKAGE } from '../../support/built-sources';
import { RawClient } from '../../support/raw-client';
import { until } from '../../support/until';

const FIXTURE = 'test/process/attached/lifecycle.fixture.ts';
const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`;

let built: BuiltSources;
const running = new Set<ChildProcess>();
beforeAll(() => {
  built = buildSources([...DRAIN_PACKAGE, FIXTURE]);
});
afterEach(() => {
  for (const child of running) child.kill('SIGKILL');
});
afterAll(() => built.remove());

function start(scenario: string) {
  const child = spawn(process.execPath, [built.of(FIXTURE), scenario], { stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  const program = {
    child,
    stdout: '',
    stderr: '',
    exited: once(child, 'close').then(([code]) => code as number | null),
  };
  child.stdout.on('data', (chunk) => {
    program.stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    program.stderr += chunk;
  });
  return program;
}

const linesOf = ({ stdout }: { readonly stdout: string }) => stdout.trimEnd().split('\n');
const portOf = ({ stdout }: { readonly stdout: string }) => Number(/^listening (\d+)$/m.exec(stdout)?.[1]);
const listening = (program: { readonly stdout: string }) => until('listening', () => portOf(program));

describe('lifecycle()', () => {
  it('starts in the order of need, stops in the reverse as soon as each may, and loses nothing between', async () => {
    const program = start('usual');
    const port = await listening(program);
    const [slow, idle] = [await RawClient.open(port), await RawClient.open(port)];
    idle.write(get('/health'));
    slow.write(get('/slow'));
    await idle.waitForAnswers(1);
    program.child.kill('SIGTERM');
    await until('the drain', () => program.stdout.includes('draining'));
    idle.write(get('/health'));
    await Promise.all([slow.waitForEnd(), idle.waitForEnd()]);
    expect(await program.exited).toBe(0);
    expect(slow.answers[0]?.status).toBe(200);
    expect(idle.answers.map(({ status }) => status)).toEqual([200, 503]);
    const lines = linesOf(program);
    expect(lines[0]).toBe('start database');
    expect(lines.slice(1, 3).sort()).toEqual(['start cache', 'start queue']);
    expect(lines.slice(-5)).toEqual([
      'answer /slow 200',
      'stop cache',
      'stop queue',
      'stop database',
      'code 0',
    ]);
    expect(program.stderr).toBe('');
  });

  it('stops what had started when a part could not, says why, and exits with 1', async () => {
    const program = start('a start fails');
    expect(await program.exited).toBe(1);
    expect(program.stderr).toMatch(/^cache could not start: Error: no cache today/);
    expect(linesOf(program)).toEqual(expect.arrayContaining(['start database', 'stop database', 'code 1']));
    expect(program.stdout).not.toMatch('listening');
  });

  it('gives a start up when the signal comes during it, and that is no failure', async () => {
    const program = start('a start takes long');
    await until('the database', () => program.stdout.includes('start database'));
    program.child.kill('SIGTERM');
    expect(await program.exited).toBe(0);
    expect(linesOf(program)).toEqual(expect.arrayContaining(['stop database', 'code 0']));
  });

  it('goes on when a part fails to stop, says why, and exits with 1', async () => {
    const program = start('a stop fails');
    await listening(program);
    program.child.kill('SIGTERM');
    expect(await program.exited).toBe(1);
    expect(program.stderr).toMatch(/^cache failed to stop: Error: the cache is stuck/);
    expect(linesOf(program).slice(-3)).toEqual(['stop queue', 'stop database', 'code 1']);
  });

  it('leaves a part behind that hangs, and exits with 1 in time', async () => {
    const program = start('a stop hangs');
    await listening(program);
    const began = performance.now();
    program.child.kill('SIGTERM');
    expect(await program.exited).toBe(1);
    expect(performance.now() - began).toBeLessThan(5_000);
    expect(program.stderr).toMatch(/^cache was cut short \(1\)/);
    expect(linesOf(program).slice(-2)).toEqual(['stop database', 'code 1']);
  });

  it('ends the process though something is left, and names that', async () => {
    const program = start('something is left');
    await listening(program);
    program.child.kill('SIGTERM');
    expect(await program.exited).toBe(0);
    expect(program.stderr).toMatch(/^everything has stopped, but these still hold the process: .*Timeout/);
  });

  it('is ended at once by a second signal, with 1', async () => {
    const program = start('a second signal');
    await listening(program);
    program.child.kill('SIGTERM');
    await until('the first part', () => program.stdout.includes('stop queue'));
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    program.child.kill('SIGTERM');
    expect(await program.exited).toBe(1);
  });

  it('keeps the exit code that a part has set, though nothing was cut short', async () => {
    const program = start('a code of its own');
    await listening(program);
    program.child.kill('SIGTERM');
    expect(await program.exited).toBe(3);
    expect(linesOf(program).slice(-1)).toEqual(['code 3']);
  });

  it('is run once, however often it is asked to', async () => {
    const program = start('run twice');
    await listening(program);
    program.child.kill('SIGTERM');
    expect(await program.exited).toBe(0);
    expect(linesOf(program).filter((line) => line === 'start database')).toHaveLength(1);
    expect(program.stdout).toMatch('the same true');
    expect(program.stderr).toBe('');
  });

  it('lingers only for as long as fits into its time', () => {
    const handler = () => {};
    expect(() => lifecycle({ timeoutMs: 400 }).http(handler, { port: 0 })).not.toThrow();
    expect(() => lifecycle({ timeoutMs: 400 }).http(handler, { port: 0, drain: { lingerMs: 330 } })).toThrow(
      'linger (330 ms) and disposal (80 ms) do not fit into the shutdown timeout (400 ms)',
    );
  });

  it.each([
    ['a name twice', 'two parts are called cache'],
    ['a circle', 'a -> b -> a'],
  ])('refuses %s', async (scenario, words) => {
    const program = start(scenario);
    expect(await program.exited).not.toBe(0);
    expect(program.stderr).toMatch(words);
  });
});
