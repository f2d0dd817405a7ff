import { readFile } from 'node:fs/promises';
import { freePort } from '../../src/adapters/embedded-postgres/free-port';
import { freshDatabase } from '../process/service/environment';
import { RawClient } from '../support/raw-client';
import { ServiceProcess } from '../support/service-process';
import { until } from '../support/until';
import { Load, losses, NO_LOSSES } from './support/load';
import { get, post } from './support/post';

jest.setTimeout(120_000);
const environment = freshDatabase();

/** What a line of the log is made of here, so that few requests make megabytes: the path of a request that finds nothing. */
const LONG_PATH = `/${'x'.repeat(12_000)}`;
const LINES = 2_000;

/** Linux: resident memory in megabytes. */
async function residentMegabytes({ child }: ServiceProcess): Promise<number> {
  const status = await readFile(`/proc/${child.pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
}

it('goes on and drains in time when nobody reads its log any more, and keeps no more than it may of it', async () => {
  const { database, onlooker } = environment();
  const service = await ServiceProcess.start(database.url);
  service.stdout.pause();
  const client = await RawClient.open(service.port);
  const before = await residentMegabytes(service);
  for (let sent = 0; sent < LINES; sent += 100) {
    client.write(`GET ${LONG_PATH} HTTP/1.1\r\nHost: x\r\n\r\n`.repeat(100));
    const answered = () => client.received.split('HTTP/1.1 404').length - 1;
    await until('they are answered', () => answered() >= sent + 100, 20_000);
  }
  // 24 MB were logged, of which 8 may wait. The rest of the growth is the heap's, which V8 does not give back at once.
  expect((await residentMegabytes(service)) - before).toBeLessThan(120);
  const load = new Load({ port: () => service.port, clients: 4 });
  await load.untilMore(201, 100);
  await load.stop();
  for (const { tookMs } of load.answers) expect(tookMs).toBeLessThan(2_000);
  expect(await losses(load, onlooker)).toEqual(NO_LOSSES);
  const exited = new Promise((resolve) => service.child.once('exit', resolve));
  const signalledAt = performance.now();
  service.signal();
  client.halfClose();
  expect(await exited).toBe(0);
  // Not only in time: a log that nobody reads does not use up the budget, which is 9 seconds.
  expect(performance.now() - signalledAt).toBeLessThan(6_000);
  service.stdout.destroy();
});

it.each(['stdout', 'stderr'] as const)(
  'goes on, and exits with 0, when its %s is closed under load',
  async (which) => {
    const { database, onlooker } = environment();
    const service = await ServiceProcess.start(database.url);
    const load = new Load({ port: () => service.port, clients: 8 });
    await load.untilMore(201, 50);
    service.child[which]?.destroy();
    await load.untilMore(201, 50);
    await load.stop();
    expect(load.failures).toEqual([]);
    expect(load.acknowledged).toHaveLength(load.answers.length);
    expect(await losses(load, onlooker)).toEqual(NO_LOSSES);
    const exited = new Promise((resolve) => service.child.once('exit', resolve));
    service.signal();
    expect(await exited).toBe(0);
  },
);

it('starts, serves and exits with 0 when both were closed before it began', async () => {
  const { database, onlooker } = environment();
  const port = await freePort();
  const service = ServiceProcess.spawn({
    command: ['sh', '-c', 'exec "$0" dist/bootstrap/main.js >&- 2>&-', process.execPath],
    env: { DATABASE_URL: database.url, PORT: String(port) },
  });
  await until(
    'it is ready',
    () =>
      get(port, '/readyz').then(
        ({ status }) => status === 200,
        () => false,
      ),
    20_000,
  );
  expect((await post(port, 'unheard')).status).toBe(201);
  service.signal();
  expect(await service.exitCode()).toBe(0);
  expect(await onlooker.names()).toEqual(['unheard']);
});
