import { RawClient } from '../../support/raw-client';
import { ServiceProcess } from '../../support/service-process';
import { freshDatabase, postWork } from './environment';

jest.setTimeout(60_000);
const environment = freshDatabase();

it('goes on and exits with 0 when nobody reads its output any more', async () => {
  const { database, onlooker } = environment();
  const service = await ServiceProcess.start(database.url);
  const unlock = await onlooker.lockJobs();
  const client = await RawClient.open(service.port);
  client.write(postWork('without a log'));
  await onlooker.untilBlocked();
  service.stdout.destroy();
  service.child.stderr?.destroy();
  service.signal();
  await unlock();
  expect((await client.waitForAnswers(1))[0]?.status).toBe(201);
  await client.waitForEnd();
  expect(await service.exitCode(8_000)).toBe(0);
  expect(await onlooker.names()).toEqual(['without a log']);
});

it('is not held up by a reader that has stalled', async () => {
  const { database } = environment();
  const service = await ServiceProcess.start(database.url, { env: { LOG_LEVEL: 'debug' } });
  service.stdout.pause();
  const client = await RawClient.open(service.port);
  const rounds = 40;
  for (let round = 1; round <= rounds; round += 1) {
    client.write(postWork(`job ${round}`).repeat(50));
    const answers = await client.waitForAnswers(50 * round, 20_000);
    expect(answers.every(({ status }) => status === 201)).toBe(true);
  }
  service.signal();
  await client.waitForEnd();
  const exited = new Promise((resolve) => service.child.once('exit', resolve));
  expect(await exited).toBe(0);
  service.stdout.resume();
});

it('delivers its last line when its output is a pipe', async () => {
  const { database } = environment();
  for (let round = 0; round < 5; round += 1) {
    const service = await ServiceProcess.start(database.url, { env: { LOG_LEVEL: 'debug' } });
    service.signal();
    expect(await service.exitCode()).toBe(0);
    expect(service.lines.at(-1)).toMatchObject({ msg: 'drain report', exitCode: 0 });
  }
});
