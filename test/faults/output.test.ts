import path from 'node:path';
import { freePort } from '../../src/adapters/embedded-postgres/server';
import { freshDatabase } from '../process/service/environment';
import { RawClient } from '../support/raw-client';
import { ServiceProcess } from '../support/service-process';
import { until } from '../support/until';
import { Load, losses, NO_LOSSES } from './support/load';
import { get, post } from './support/post';

jest.setTimeout(120_000);
const environment = freshDatabase();

const WRITES_TO_STDERR = path.join(__dirname, 'support/write-to-stderr.cjs');

/** What a line of the log is made of here, so that few requests make megabytes: the path of a request that finds nothing. */
const LONG_PATH = `/${'x'.repeat(12_000)}`;
const LINES = 2_000;

/** Asks for what is not there until {@link LINES} such lines have been logged: 24 MB. */
async function logLines(client: RawClient): Promise<void> {
  for (let sent = 0; sent < LINES; sent += 100) {
    client.write(`GET ${LONG_PATH} HTTP/1.1\r\nHost: x\r\n\r\n`.repeat(100));
    const answered = () => client.received.split('HTTP/1.1 404').length - 1;
    await until('they are answered', () => answered() >= sent + 100, 20_000);
  }
}

it('goes on and drains in time when nobody reads its log any more', async () => {
  const { database, onlooker } = environment();
  const service = await ServiceProcess.start(database.url);
  service.stdout.pause();
  const client = await RawClient.open(service.port);
  await logLines(client);
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

it('keeps 8 MiB of its log for a reader that has stalled, and drops what comes on top', async () => {
  const { database } = environment();
  const service = await ServiceProcess.start(database.url);
  service.stdout.pause();
  const client = await RawClient.open(service.port);
  await logLines(client);
  service.stdout.resume();
  service.signal();
  client.halfClose();
  expect(await service.exitCode()).toBe(0);
  const kept = service.lines.filter(({ path }) => path === LONG_PATH).length * LONG_PATH.length;
  // On the way to the reader there is room for some more.
  expect(kept).toBeGreaterThan(7 * 1024 * 1024);
  expect(kept).toBeLessThan(12 * 1024 * 1024);
});

it.each(['stdout', 'stderr'] as const)(
  'goes on, and exits with 0, when its %s is closed under load',
  async (which) => {
    const { database, onlooker } = environment();
    const service = await ServiceProcess.start(database.url, {
      nodeOptions: ['--require', WRITES_TO_STDERR],
    });
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
