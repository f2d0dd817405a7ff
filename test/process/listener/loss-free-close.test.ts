import { rmSync } from 'node:fs';
import path from 'node:path';
import { type BuiltSources, buildSources } from '../../support/built-sources';
import { describeUnless } from '../../support/optional-suite';
import { withoutLinux } from '../../support/platform';
import { type Fates, Flood } from './support/flood';
import { FIXTURE_SOURCES, type FixtureOptions, ServerProcess } from './support/server-process';

const TRIALS = 12;

let fixture: BuiltSources;
beforeAll(() => {
  fixture = buildSources(FIXTURE_SOURCES);
});
afterAll(() => fixture.remove());

/** One server under a flood, one SIGTERM; what became of every request, and how the listener was closed. */
async function trial(options: FixtureOptions, connectTo: string, answersFirst: number, built = fixture) {
  const server = new ServerProcess(built, options);
  try {
    const flood = new Flood((await server.address()).port, connectTo, 32);
    await flood.answers(answersFirst);
    const report = await server.terminate();
    const exitCode = await server.exitCode();
    return { fates: await flood.stop(), report, exitCode };
  } finally {
    server.kill();
  }
}

describeUnless(withoutLinux(), 'a listener that closes under a flood of new connections', () => {
  it.each([
    ['IPv4', { kind: 'address', port: 0, host: '127.0.0.1' }, ['127.0.0.1']],
    ['IPv6', { kind: 'address', port: 0, host: '::1' }, ['::1']],
    ['both through one socket', { kind: 'address', port: 0 }, ['127.0.0.1', '::1']],
  ] as const)(
    'loses no request: %s',
    async (_name, target, hosts) => {
      const losses: Fates[] = [];
      for (let index = 0; index < TRIALS; index += 1) {
        const host = hosts[index % hosts.length] ?? hosts[0];
        const { fates, report, exitCode } = await trial({ target }, host, 50 + 25 * index);
        expect(report).toMatchObject({ method: 'syn-drop' });
        expect(report).not.toHaveProperty('reason');
        expect(exitCode).toBe(0);
        if (fates.lost + fates.resetBeforeWrite > 0) losses.push(fates);
      }
      expect(losses).toEqual([]);
    },
    60_000,
  );

  it('drops SYNs only until the port is released', async () => {
    const { report } = await trial({}, '127.0.0.1', 50);
    expect(report.synDropMs).toBeGreaterThan(0);
    expect(report.synDropMs).toBeLessThan(1_000);
  });

  it('starts and stops without koffi too, within its bound, and says what was missing', async () => {
    const without = buildSources(FIXTURE_SOURCES);
    rmSync(path.join(without.folder, 'node_modules'));
    const { report, exitCode } = await trial({}, '127.0.0.1', 100, without).finally(without.remove);
    expect(report).toMatchObject({
      method: 'accept-until-quiet',
      reason: expect.stringMatching(/koffi could not be loaded|SYNs can be dropped on/),
    });
    expect(report.tookMs).toBeLessThan(5_000);
    expect(exitCode).toBe(0);
  }, 20_000);
});
