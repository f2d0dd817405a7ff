import path from 'node:path';
import { freshDatabase, GET_HEALTH, postWork } from '../process/service/environment';
import { RawClient } from '../support/raw-client';
import { ServiceProcess } from '../support/service-process';
import { until } from '../support/until';
import { Load, losses, NO_LOSSES } from './support/load';
import { get, post } from './support/post';

jest.setTimeout(120_000);
const environment = freshDatabase();

const preload = (file: string) => ['--require', path.join(__dirname, 'support', file)];

describe('an event loop that is blocked for a second when the signal comes', () => {
  it('drops nothing that was sent in that second, 5 times', async () => {
    const { database, onlooker } = environment();
    for (let round = 0; round < 5; round += 1) {
      const service = await ServiceProcess.start(database.url, {
        nodeOptions: preload('block-event-loop.cjs'),
      });
      const clients = await Promise.all(Array.from({ length: 10 }, () => RawClient.open(service.port)));
      service.signal('SIGUSR2');
      await until('it is blocked', () => service.stderr.includes('blocked'));
      // Half of them on connections that stand, half of them through the accept queue.
      clients.push(...(await Promise.all(Array.from({ length: 10 }, () => RawClient.open(service.port)))));
      for (const [index, client] of clients.entries()) await client.send(postWork(`${round}-${index}`));
      service.signal();
      for (const client of clients) {
        const [answer] = await client.waitForAnswers(1, 10_000);
        expect([answer?.status, answer?.headers.get('connection')]).toEqual([201, 'close']);
        expect(await client.waitForEnd()).toBe('fin');
      }
      expect(await service.exitCode()).toBe(0);
    }
    expect(await onlooker.names()).toHaveLength(5 * 20);
  });
});

describe('a clock that steps two days back', () => {
  it('neither stretches nor cuts the drain, and keys are still known', async () => {
    const { database, onlooker } = environment();
    const service = await ServiceProcess.start(database.url, { nodeOptions: preload('step-clock.cjs') });
    const before = await post(service.port, 'keyed', { key: 'k' });
    const idle = await RawClient.open(service.port);
    idle.write(GET_HEALTH);
    await idle.waitForAnswers(1);
    service.signal('SIGUSR2');
    await until('the clock has stepped', () => service.stderr.includes('stepped'));
    const [replay, plain] = [
      await post(service.port, 'keyed', { key: 'k' }),
      await post(service.port, 'plain'),
    ];
    expect([replay.text, replay.headers['idempotent-replayed'], plain.status]).toEqual([
      before.text,
      'true',
      201,
    ]);
    const unlock = await onlooker.lockJobs();
    const held = post(service.port, 'held');
    await onlooker.untilBlocked();
    const signalledAt = performance.now();
    service.signal();
    await service.line('shutting down');
    idle.write(GET_HEALTH);
    expect((await idle.waitForAnswers(2))[1]?.status).toBe(503);
    await unlock();
    expect((await held).status).toBe(201);
    expect(await service.exitCode()).toBe(0);
    expect(performance.now() - signalledAt).toBeLessThan(6_000);
    // The log has the new time: the step did reach the service.
    const report = service.lines.at(-1);
    expect(Date.parse(String(report?.time))).toBeLessThan(Date.now() - 40 * 3_600_000);
    idle.destroy();
  });
});

describe('file descriptors that run out', () => {
  it('cost some clients their connection and nobody a job; the service recovers, and drains', async () => {
    const { database, onlooker } = environment();
    const service = await ServiceProcess.start(database.url, {
      command: ['sh', '-c', 'ulimit -n 64 && exec "$0" dist/bootstrap/main.js', process.execPath],
    });
    const load = new Load({ port: () => service.port, clients: 8 });
    await load.untilMore(201, 20);
    // More than there are descriptors for. They stay.
    const crowd = await Promise.all(Array.from({ length: 150 }, () => RawClient.open(service.port)));
    for (const [index, client] of crowd.entries()) client.write(postWork(`crowd ${index}`));
    await until('some of the crowd are served', () => crowd.some(({ answers }) => answers.length > 0));
    await load.untilMore(201, 20);
    for (const client of crowd) client.destroy();
    await until('it recovers', async () => {
      const more = await Promise.allSettled(
        Array.from({ length: 20 }, (_, index) => post(service.port, `then ${index}`)),
      );
      return more.every((result) => result.status === 'fulfilled' && result.value.status === 201);
    });
    await load.stop();
    for (const { status } of load.answers) expect([201, 503]).toContain(status);
    expect((await get(service.port, '/readyz')).status).toBe(200);
    const acknowledged = crowd.flatMap(({ answers }) => answers).filter(({ status }) => status === 201);
    const ids = (await onlooker.jobs()).map(({ id }) => id);
    for (const { body } of acknowledged) expect(ids).toContain(JSON.parse(body).id);
    expect(await losses(load, onlooker)).toEqual(NO_LOSSES);
    service.signal();
    expect(await service.exitCode()).toBe(0);
  });

  it('do not hold up the drain while the crowd is still there', async () => {
    const { database } = environment();
    const service = await ServiceProcess.start(database.url, {
      command: ['sh', '-c', 'ulimit -n 64 && exec "$0" dist/bootstrap/main.js', process.execPath],
    });
    const crowd = await Promise.all(Array.from({ length: 150 }, () => RawClient.open(service.port)));
    service.signal();
    const ends = await Promise.all(crowd.map((client) => client.waitForEnd(15_000)));
    // None of them had asked for anything: those without a descriptor are let go as politely as the others.
    expect(new Set(ends)).toEqual(new Set(['fin']));
    expect(await service.exitCode()).toBe(0);
    const report = service.lines.at(-1);
    expect(report).toMatchObject({ msg: 'drain report', outcome: 'clean' });
    // The linger, and not the budget of 9 seconds.
    expect(report?.tookMs).toBeLessThan(5_000);
  });
});
