import { setTimeout as sleep } from 'node:timers/promises';
import { freshDatabase } from '../process/service/environment';
import { ServiceProcess } from '../support/service-process';
import { until } from '../support/until';
import { Load, losses, NO_LOSSES } from './support/load';

jest.setTimeout(180_000);
const environment = freshDatabase();

const KILLS = 50;

it(`loses and doubles nothing when the service is killed under load ${KILLS} times, and everybody tries again`, async () => {
  const { database, onlooker } = environment();
  const lanes = [0, 1].map(() => ({ service: undefined as ServiceProcess | undefined }));
  const loads = lanes.map(
    (lane, index) =>
      new Load({ port: () => lane.service?.port, clients: 6, retry: true, prefix: `lane ${index}` }),
  );
  let kills = 0;
  const killAgainAndAgain = async (lane: (typeof lanes)[number], load: Load) => {
    for (let round = 0; round < KILLS / lanes.length; round += 1) {
      const service = await ServiceProcess.start(database.url);
      lane.service = service;
      await load.untilMore(201, 20);
      await sleep(Math.random() * 50);
      service.signal('SIGKILL');
      lane.service = undefined;
      expect(await service.exitCode()).toBe('SIGKILL');
      kills += 1;
    }
    lane.service = await ServiceProcess.start(database.url);
    await load.untilMore(201, 20);
    await load.stop();
  };
  await Promise.all(lanes.map((lane, index) => killAgainAndAgain(lane, loads[index] as Load)));
  expect(kills).toBe(KILLS);
  const cutOff = loads.flatMap(({ failures }) => failures).length;
  const replays = loads
    .flatMap(({ acknowledged }) => acknowledged)
    .filter(({ headers }) => headers['idempotent-replayed'] === 'true').length;
  // What the test is about did happen: requests were cut off, and some of them after their commit.
  expect(cutOff).toBeGreaterThan(KILLS);
  expect(replays).toBeGreaterThan(0);
  for (const load of loads) expect(await losses(load, onlooker)).toEqual(NO_LOSSES);
  for (const { service } of lanes) service?.signal();
  for (const { service } of lanes) expect(await service?.exitCode()).toBe(0);
  await until('no session is left', async () => (await onlooker.sessions()) === 0);
});
