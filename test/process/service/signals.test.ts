import { createServer } from 'node:net';
import { RawClient } from '../../support/raw-client';
import { ServiceProcess } from '../../support/service-process';
import { until } from '../../support/until';
import { freshDatabase, postWork } from './environment';

jest.setTimeout(60_000);
const environment = freshDatabase();

/** A service whose drain waits for a POST that a lock holds. */
async function heldService() {
  const { database, onlooker } = environment();
  const service = await ServiceProcess.start(database.url);
  const unlock = await onlooker.lockJobs();
  const client = await RawClient.open(service.port);
  client.write(postWork('held'));
  await onlooker.untilBlocked();
  return { service, unlock, client, onlooker };
}

it.each(['SIGINT', 'SIGHUP', 'SIGQUIT'] as const)('takes %s for a request to stop', async (signal) => {
  const { service, unlock, client, onlooker } = await heldService();
  service.signal(signal);
  await service.line('shutting down');
  await unlock();
  expect((await client.waitForAnswers(1))[0]?.status).toBe(201);
  await client.waitForEnd();
  expect(await service.exitCode()).toBe(0);
  expect(service.lines.at(-1)).toMatchObject({ msg: 'drain report', reason: signal });
  expect(await onlooker.names()).toEqual(['held']);
});

it('takes a second signal that follows at once for the same request', async () => {
  const { service, unlock, client } = await heldService();
  service.signal('SIGINT');
  service.signal('SIGTERM');
  await service.line('shutting down');
  service.signal('SIGINT');
  await service.line('listener closed');
  await unlock();
  expect((await client.waitForAnswers(1))[0]?.status).toBe(201);
  await client.waitForEnd();
  expect(await service.exitCode()).toBe(0);
});

it('is forced to exit with 1 by a later signal, and says so in its last line', async () => {
  const { service } = await heldService();
  service.signal();
  await service.line('shutting down');
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  service.signal();
  expect(await service.exitCode(5_000)).toBe(1);
  expect(service.lines.at(-1)?.msg).toMatch(/^exit forced by a further signal/);
});

it('stops promptly when it is told to while it waits for its database', async () => {
  const service = ServiceProcess.spawn({
    env: { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none', DATABASE_CONNECT_TIMEOUT_MS: '60000' },
  });
  await service.line('the database does not answer yet, trying again');
  service.signal();
  expect(await service.exitCode(5_000)).toBe(0);
  expect(service.lines.at(-1)).toMatchObject({ msg: 'drain report', reason: 'SIGTERM', outcome: 'clean' });
});

it('stops promptly when it is told to while its database has accepted the connection and says nothing', async () => {
  const sockets = new Set<import('node:net').Socket>();
  const silent = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).resume();
  });
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const { port } = silent.address() as import('node:net').AddressInfo;
  const service = ServiceProcess.spawn({
    env: { DATABASE_URL: `postgres://nobody@127.0.0.1:${port}/none`, DATABASE_ACQUIRE_TIMEOUT_MS: '60000' },
  });
  await until('the connection', () => sockets.size > 0);
  service.signal();
  expect(await service.exitCode(5_000)).toBe(0);
  for (const socket of sockets) socket.destroy();
  silent.close();
});
