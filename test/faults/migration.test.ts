import { setTimeout as sleep } from 'node:timers/promises';
import { ServiceProcess } from '../support/service-process';
import {
  expectNothingLeft,
  expectWholeSchemaOrNone,
  expectWorks,
  inLanes,
  startTakesMs,
  useLanes,
} from './support/lanes';
import { post } from './support/post';

jest.setTimeout(180_000);
const lanes = useLanes();

it('exits promptly with 0 while its migration waits for a lock, with a pool of one too, and rolls it back', async () => {
  await inLanes(lanes(), 4, async (lane, index) => {
    await lane.onlooker.query('create table jobs (id uuid primary key, name text not null)');
    const unlock = await lane.onlooker.lockJobs();
    const small = { DATABASE_POOL_SIZE: '1', COMMIT_CONCURRENCY: '1' };
    const env = { DATABASE_URL: lane.database.url, ...(index % 2 === 0 && small) };
    const service = ServiceProcess.spawn({ env });
    await service.line('started postgres-pool', 30_000);
    await lane.onlooker.untilBlocked();
    const signalledAt = performance.now();
    service.signal();
    expect(await service.exitCode()).toBe(0);
    // Without being cancelled it would wait until its part of the budget is over, which is 7.5 seconds.
    expect(performance.now() - signalledAt).toBeLessThan(4_000);
    await expectNothingLeft(lane);
    await unlock();
    expect(await lane.onlooker.query(`select 1 from pg_class where relname = 'idempotency_keys'`)).toEqual(
      [],
    );
    await expectWorks(lane);
  });
});

it('starts twice at once on an empty database, 20 times: both serve, and the schema is there once', async () => {
  await inLanes(lanes(), 20, async (lane) => {
    const both = [1, 2].map(() => ServiceProcess.spawn({ env: { DATABASE_URL: lane.database.url } }));
    for (const service of both) await service.line('ready', 60_000);
    for (const { port } of both) expect((await post(port, 'from each')).status).toBe(201);
    for (const service of both) service.signal();
    for (const service of both) expect(await service.exitCode()).toBe(0);
    expect(await lane.onlooker.names()).toEqual(['from each', 'from each']);
    expect(await expectWholeSchemaOrNone(lane)).toBe('whole');
  });
});

it('resumes a migration in the middle of which it was killed', async () => {
  await inLanes(lanes(), 4, async (lane) => {
    await lane.onlooker.query('create table jobs (id uuid primary key, name text not null)');
    const unlock = await lane.onlooker.lockJobs();
    const killed = ServiceProcess.spawn({ env: { DATABASE_URL: lane.database.url } });
    await killed.line('started postgres-pool', 30_000);
    await lane.onlooker.untilBlocked();
    killed.signal('SIGKILL');
    expect(await killed.exitCode()).toBe('SIGKILL');
    // The table is still held: nothing of it waits on, with everybody else behind it.
    await expectNothingLeft(lane);
    const next = ServiceProcess.spawn({ env: { DATABASE_URL: lane.database.url } });
    await next.line('started postgres-pool', 30_000);
    await unlock();
    await next.line('ready');
    expect(await expectWholeSchemaOrNone(lane)).toBe('whole');
    expect((await post(next.port, 'after all')).status).toBe(201);
    next.signal();
    expect(await next.exitCode()).toBe(0);
    await expectNothingLeft(lane);
  });
});

it('comes up whole after having been killed at any moment of its start-up, 20 times', async () => {
  const longestMs = await startTakesMs(lanes());
  await inLanes(lanes(), 20, async (lane, index) => {
    const killed = ServiceProcess.spawn({ env: { DATABASE_URL: lane.database.url } });
    await sleep(longestMs * (0.3 + (0.7 * index) / 20));
    killed.signal('SIGKILL');
    expect(await killed.exitCode()).toBe('SIGKILL');
    await expectWorks(lane);
    expect(await expectWholeSchemaOrNone(lane)).toBe('whole');
  });
});

it('says in the log why a role that may create nothing cannot start it, and what helps', async () => {
  const [lane] = lanes();
  if (!lane) throw new Error('no lane');
  const url = new URL(lane.database.url);
  url.username = `lastcall_${url.pathname.slice(-8)}`;
  url.password = 'secret';
  await inLanes([lane], 1, async ({ onlooker }) => {
    await onlooker.query(`create role ${url.username} login password 'secret'`);
    await onlooker.query('grant usage on schema public to public');
    const service = ServiceProcess.spawn({ env: { DATABASE_URL: url.href } });
    expect(await service.exitCode()).toBe(1);
    expect(service.output()).toContain('permission denied for schema public');
    expect(service.output()).toContain(`grant create on schema public to ${url.username}`);
    expect(service.output()).not.toContain('current transaction is aborted');
    await onlooker.query(`drop owned by ${url.username}; drop role ${url.username}`);
  });
});
