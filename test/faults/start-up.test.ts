import { setTimeout as sleep } from 'node:timers/promises';
import { Random } from '../../packages/drill/src/modes/random';
import { ServiceProcess } from '../support/service-process';
import { TcpProxy } from '../support/tcp-proxy';
import { until } from '../support/until';
import {
  expectNothingLeft,
  expectWholeSchemaOrNone,
  expectWorks,
  inLanes,
  startTakesMs,
  useLanes,
} from './support/lanes';

jest.setTimeout(180_000);
const lanes = useLanes();
/** Another one is other moments. */
const SEED = Number(process.env.SEED ?? 1);
afterEach(() => TcpProxy.closeAll());

it('exits promptly at whatever moment of the start-up SIGTERM comes, and leaves nothing half made, 100 times', async () => {
  const longestMs = 1.2 * (await startTakesMs(lanes()));
  const random = new Random(SEED);
  const schemas = new Set<string>();
  let interrupted = 0;
  await inLanes(lanes(), 100, async (lane) => {
    const service = ServiceProcess.spawn({ env: { DATABASE_URL: lane.database.url } });
    await sleep(random.between(0, longestMs));
    const signalledAt = performance.now();
    service.signal();
    const code = await service.exitCode();
    expect(performance.now() - signalledAt).toBeLessThan(5_000);
    // Before Node has installed the handler, the kernel ends the process; it has opened nothing by then.
    expect([0, 'SIGTERM']).toContain(code);
    if (code === 0) {
      expect(service.lines.at(-1)).toMatchObject({ msg: 'drain report', outcome: 'clean' });
      if (!service.lines.some(({ msg }) => msg === 'ready')) interrupted += 1;
    }
    await expectNothingLeft(lane);
    schemas.add(await expectWholeSchemaOrNone(lane));
  });
  // The moments did reach from before the schema to after it, and many a start was cut short by its own handler.
  expect([...schemas].sort()).toEqual(['none', 'whole']);
  expect(interrupted).toBeGreaterThanOrEqual(10);
  await Promise.all(lanes().map(expectWorks));
});

it('exits promptly while the database does not answer: refused, or silent, 20 times', async () => {
  const proxies = await Promise.all(lanes().map(({ database }) => TcpProxy.inFrontOf(database.url)));
  for (const { proxy } of proxies) proxy.goSilent();
  await inLanes(lanes(), 20, async (lane, index) => {
    const { proxy, url } = proxies[lanes().indexOf(lane)] as (typeof proxies)[number];
    const silent = index % 2 === 0;
    const service = ServiceProcess.spawn({
      env: { DATABASE_URL: silent ? url : 'postgres://nobody@127.0.0.1:1/none' },
    });
    if (silent) await until('it has connected', () => proxy.connections > 0, 30_000);
    else await service.line('the database does not answer yet, trying again', 30_000);
    await sleep(index * 40);
    const signalledAt = performance.now();
    service.signal();
    expect(await service.exitCode()).toBe(0);
    expect(performance.now() - signalledAt).toBeLessThan(5_000);
    if (silent) await until('its connection is closed', () => proxy.connections === 0);
  });
});
