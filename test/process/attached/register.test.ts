import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { pathToFileURL } from 'node:url';
import { type BuiltSources, buildSources, DRAIN_PACKAGE } from '../../support/built-sources';
import { CERTIFICATE } from '../../support/certificate';
import { RawClient } from '../../support/raw-client';
import { until } from '../../support/until';
import { Flood } from '../listener/support/flood';

const FIXTURE = 'test/process/attached/unchanged.fixture.ts';
const REGISTER = 'src/bootstrap/drain/register.ts';

let built: BuiltSources;
const running = new Set<ChildProcess>();
beforeAll(() => {
  built = buildSources([...DRAIN_PACKAGE, FIXTURE]);
});
afterEach(() => {
  for (const child of running) child.kill('SIGKILL');
});
afterAll(() => built.remove());

async function start(
  nodeOptions: readonly string[],
  options: { readonly words?: string[]; readonly drain?: string } = {},
) {
  const child = spawn(process.execPath, [...nodeOptions, built.of(FIXTURE), ...(options.words ?? [])], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...(options.drain !== undefined && { LASTCALL_DRAIN: options.drain }) },
  });
  running.add(child);
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const exited = once(child, 'close').then(([code]) => ({ code: code as number | null, stderr }));
  const first = await Promise.race([once(child.stdout, 'data').then(([chunk]) => Number(chunk)), exited]);
  return {
    child,
    exited,
    port: typeof first === 'number' ? first : 0,
    said: (words: RegExp) => until(String(words), () => words.test(stderr)),
  };
}

const importing = () => ['--import', pathToFileURL(built.of(REGISTER)).href];
const requiring = () => ['--require', built.of(REGISTER)];

describe('a program that nobody changed, started with register', () => {
  it.each([
    ['--import', importing],
    ['--require', requiring],
  ])('loses nothing over many SIGTERMs under a flood of connections (%s)', async (_how, options) => {
    const lost: unknown[] = [];
    for (let round = 0; round < 6; round += 1) {
      const { child, exited, port } = await start(options());
      const flood = new Flood(port, '127.0.0.1', 16);
      await flood.answers(150 + 13 * round);
      child.kill('SIGTERM');
      const { code } = await exited;
      const {
        answered: _answered,
        refused: _refused,
        unconnected: _unconnected,
        ...losses
      } = await flood.stop();
      lost.push({ code, ...losses });
    }
    expect(lost).toEqual(lost.map(() => ({ code: 0, resetBeforeWrite: 0, lost: 0 })));
  });

  it('answers what is in flight and what comes on idle connections, with TLS as well', async () => {
    for (const words of [[], [CERTIFICATE.folder]]) {
      const { child, exited, port } = await start(importing(), { words });
      const tls = words.length > 0;
      const [busy, idle] = [await RawClient.open(port, { tls }), await RawClient.open(port, { tls })];
      const get = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';
      idle.write(get);
      await idle.waitForAnswers(1);
      await busy.send(get + get);
      child.kill('SIGTERM');
      await new Promise((resolve) => setTimeout(resolve, 100));
      idle.write(get);
      await Promise.all([busy.waitForEnd(), idle.waitForEnd()]);
      expect(
        [busy, idle].map(({ answers }) => answers.filter(({ status }) => status === 201).length),
      ).toEqual([2, 2]);
      expect((await exited).code).toBe(0);
    }
  });

  it('takes options from LASTCALL_DRAIN', async () => {
    const { child, exited, port } = await start(importing(), { drain: '{"lingerMs":1200}' });
    const idle = await RawClient.open(port);
    idle.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await idle.waitForAnswers(1);
    const began = performance.now();
    child.kill('SIGTERM');
    await idle.waitForEnd();
    expect(performance.now() - began).toBeGreaterThan(1_100);
    expect((await exited).code).toBe(0);
  });

  it.each([
    ['{lingerMs:5}', 'LASTCALL_DRAIN is no JSON'],
    ['5', 'LASTCALL_DRAIN must be an object'],
    ['{"linger":5}', 'there is no option linger'],
  ])('says what is wrong with %s', async (drain, words) => {
    const { exited, port } = await start(importing(), { drain });
    const { code, stderr } = await exited;
    // Before the program's first line.
    expect([code, port]).toEqual([1, 0]);
    expect(stderr).toMatch(words);
  });
});

it('says once that the keepAliveTimeout of Node is too short, and what to set', async () => {
  const { child, exited, said } = await start(importing());
  await said(/LASTCALL_KEEP_ALIVE_TIMEOUT/);
  child.kill('SIGTERM');
  const { stderr } = await exited;
  expect(stderr.match(/LASTCALL_KEEP_ALIVE_TIMEOUT/g)).toHaveLength(1);
  expect(stderr).toMatch(/keepAliveTimeout is 5000 ms, .*Set server\.keepAliveTimeout = 75_000/);
});
