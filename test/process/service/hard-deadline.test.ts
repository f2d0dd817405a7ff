import { RawClient } from '../../support/raw-client';
import { ServiceProcess } from '../../support/service-process';
import { freshDatabase, postWork } from './environment';

jest.setTimeout(60_000);
const environment = freshDatabase();

/** A short budget, in which requests get 80 %. */
const SHORT = { SHUTDOWN_TIMEOUT_MS: '2000', SHUTDOWN_LINGER_MS: '50' };

describe('a table that stays locked until the shutdown times out', () => {
  it('gets every held POST a clean 503, leaves no row behind, and makes the exit code 1', async () => {
    const { database, onlooker } = environment();
    const service = await ServiceProcess.start(database.url, { env: SHORT });
    const unlock = await onlooker.lockJobs();
    const clients = await Promise.all(Array.from({ length: 5 }, () => RawClient.open(service.port)));
    clients.forEach((client, index) => {
      client.write(postWork(`never ${index}`));
    });
    await onlooker.untilBlocked();
    const signalledAt = performance.now();
    service.signal();
    for (const client of clients) {
      const [answer] = await client.waitForAnswers(1, 10_000);
      expect([answer?.status, answer?.headers.get('connection')]).toEqual([503, 'close']);
      expect(JSON.parse(answer?.body ?? '')).toMatchObject({ status: 503, code: 'shutting_down' });
      expect(answer?.headers.get('retry-after')).toBe('1');
      expect(await client.waitForEnd()).toBe('fin');
    }
    expect(await service.exitCode()).toBe(1);
    expect(performance.now() - signalledAt).toBeLessThan(8_000);
    expect(service.lines.at(-1)).toMatchObject({
      msg: 'drain report',
      exitCode: 1,
      outcome: 'forced',
      components: expect.arrayContaining([
        expect.objectContaining({ name: 'http-server', outcome: 'forced', forced: 5 }),
      ]),
    });
    await unlock();
    expect(await onlooker.sessions()).toBe(0);
    expect(await onlooker.names()).toEqual([]);
  });

  it('is survived when the lock goes in time: every POST is answered 201, and the exit code is 0', async () => {
    const { database, onlooker } = environment();
    const service = await ServiceProcess.start(database.url);
    const unlock = await onlooker.lockJobs();
    const clients = await Promise.all(Array.from({ length: 20 }, () => RawClient.open(service.port)));
    clients.forEach((client, index) => {
      client.write(postWork(`held ${index}`));
    });
    await onlooker.untilBlocked();
    service.signal();
    await service.line('listener closed');
    await unlock();
    for (const client of clients) expect((await client.waitForAnswers(1))[0]?.status).toBe(201);
    await Promise.all(clients.map((client) => client.waitForEnd()));
    expect(await service.exitCode()).toBe(0);
    expect(await onlooker.names()).toEqual(clients.map((_, index) => `held ${index}`).sort());
  });
});
