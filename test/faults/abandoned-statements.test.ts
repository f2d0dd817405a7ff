import { freshDatabase, postWork } from '../process/service/environment';
import { RawClient } from '../support/raw-client';
import { ServiceProcess } from '../support/service-process';
import { until } from '../support/until';

jest.setTimeout(60_000);
const environment = freshDatabase();

/** A service whose insert waits for a lock. */
async function heldByALock() {
  const { database, onlooker } = environment();
  const env = { DATABASE_STATEMENT_TIMEOUT_MS: '60000' };
  const service = await ServiceProcess.start(database.url, { env });
  const unlock = await onlooker.lockJobs();
  const client = await RawClient.open(service.port);
  client.write(postWork('abandoned'));
  await onlooker.untilBlocked();
  return { service, unlock, onlooker };
}

it('stores nothing once a further signal has forced the exit: what waited in the database is cancelled', async () => {
  const { service, unlock, onlooker } = await heldByALock();
  service.signal();
  await service.line('listener closed');
  await new Promise((resolve) => setTimeout(resolve, 1_050));
  service.signal();
  expect(await service.exitCode()).toBe(1);
  expect(service.lines.at(-1)?.msg).toMatch(/^exit forced/);
  // At once: the server itself would notice only within a second.
  await unlock();
  await until('no session is left', async () => (await onlooker.sessions()) === 0);
  expect(await onlooker.names()).toEqual([]);
});

it('stores nothing once it was killed: the server notices that nobody waits any more', async () => {
  const { service, unlock, onlooker } = await heldByALock();
  service.signal('SIGKILL');
  expect(await service.exitCode()).toBe('SIGKILL');
  await until('the server has ended its sessions', async () => (await onlooker.sessions()) === 0, 5_000);
  await unlock();
  expect(await onlooker.names()).toEqual([]);
});
