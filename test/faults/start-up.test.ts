import { setTimeout as sleep } from 'node:timers/promises';
import { Onlooker } from '../support/onlooker';
import { createTestDatabase, type TestDatabase } from '../support/postgres';
import { ServiceProcess } from '../support/service-process';
import { TcpProxy } from '../support/tcp-proxy';
import { until } from '../support/until';
import { post } from './support/post';

jest.setTimeout(180_000);

/** Start-ups that run side by side, each on a database of its own. */
const LANES = 4;

interface Lane {
  readonly database: TestDatabase;
  readonly onlooker: Onlooker;
}

let lanes: Lane[];
beforeAll(async () => {
  lanes = await Promise.all(
    Array.from({ length: LANES }, async () => {
      const database = await createTestDatabase();
      return { database, onlooker: await Onlooker.of(database.url) };
    }),
  );
});
afterEach(async () => {
  await ServiceProcess.killAll();
  await TcpProxy.closeAll();
});
afterAll(() =>
  Promise.all(
    lanes.map(async ({ database, onlooker }) => {
      await onlooker.end();
      await database.drop();
    }),
  ),
);

async function empty({ onlooker }: Lane): Promise<void> {
  await onlooker.query('drop schema public cascade');
  await onlooker.query('create schema public');
}

/** Runs `trials` trials, LANES at a time, each on an empty database. */
async function inLanes(trials: number, trial: (lane: Lane, index: number) => Promise<void>): Promise<void> {
  let next = 0;
  await Promise.all(
    lanes.map(async (lane) => {
      for (let index = next++; index < trials; index = next++) {
        await empty(lane);
        await trial(lane, index);
      }
    }),
  );
}

/** The service's tables: none, or all of them with every migration on record. Nothing in between. */
async function expectWholeSchemaOrNone({ onlooker }: Lane): Promise<'none' | 'whole'> {
  const found = await onlooker.query(
    `select table_name as name from information_schema.tables
     where table_schema = 'public' and table_name in ('jobs', 'idempotency_keys') order by 1`,
  );
  if (found.length === 0) return 'none';
  expect(found).toEqual([{ name: 'idempotency_keys' }, { name: 'jobs' }]);
  expect(await onlooker.query('select name from kysely_migration order by 1')).toHaveLength(2);
  return 'whole';
}

async function expectNothingLeft(lane: Lane): Promise<void> {
  await until('no session is left', async () => (await lane.onlooker.sessions()) === 0);
}

async function expectWorks({ database }: Lane): Promise<void> {
  const service = await ServiceProcess.start(database.url);
  expect((await post(service.port, 'works')).status).toBe(201);
  service.signal();
  expect(await service.exitCode()).toBe(0);
}

/** How long a start takes here and now, with as many beside it as in the trials. */
async function startTakesMs(): Promise<number> {
  const times: number[] = [];
  await inLanes(LANES, async ({ database }) => {
    const began = performance.now();
    const service = await ServiceProcess.start(database.url);
    times.push(performance.now() - began);
    service.signal();
    expect(await service.exitCode()).toBe(0);
  });
  return Math.max(...times);
}

it('exits promptly at whatever moment of the start-up SIGTERM comes, and leaves nothing half made, 100 times', async () => {
  const longestMs = 1.2 * (await startTakesMs());
  const seen = new Map<unknown, number>();
  await inLanes(100, async (lane, index) => {
    const service = ServiceProcess.spawn({ env: { DATABASE_URL: lane.database.url } });
    await sleep((longestMs * index) / 100);
    const signalledAt = performance.now();
    service.signal();
    const code = await service.exitCode();
    expect(performance.now() - signalledAt).toBeLessThan(5_000);
    // Before Node has installed the handler, the kernel ends the process; it has opened nothing by then.
    expect([0, 'SIGTERM']).toContain(code);
    if (code === 0) expect(service.lines.at(-1)).toMatchObject({ msg: 'drain report', outcome: 'clean' });
    await expectNothingLeft(lane);
    const schema = await expectWholeSchemaOrNone(lane);
    seen.set(schema, (seen.get(schema) ?? 0) + 1);
  });
  // The moments did reach from before the schema to after it.
  expect([...seen.keys()].sort()).toEqual(['none', 'whole']);
  await Promise.all(lanes.map(expectWorks));
});

it('exits promptly while the database does not answer: refused, or silent, 20 times', async () => {
  const proxies = await Promise.all(lanes.map(({ database }) => TcpProxy.inFrontOf(database.url)));
  for (const { proxy } of proxies) proxy.goSilent();
  await inLanes(20, async (lane, index) => {
    const { proxy, url } = proxies[lanes.indexOf(lane)] as (typeof proxies)[number];
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

it('exits promptly with 0 while its migration waits for a lock, and rolls it back', async () => {
  await inLanes(4, async (lane) => {
    await lane.onlooker.query('create table jobs (id uuid primary key, name text not null)');
    const unlock = await lane.onlooker.lockJobs();
    const service = ServiceProcess.spawn({ env: { DATABASE_URL: lane.database.url } });
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
  await inLanes(20, async (lane) => {
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
  await inLanes(4, async (lane) => {
    await lane.onlooker.query('create table jobs (id uuid primary key, name text not null)');
    const unlock = await lane.onlooker.lockJobs();
    const killed = ServiceProcess.spawn({ env: { DATABASE_URL: lane.database.url } });
    await killed.line('started postgres-pool', 30_000);
    await lane.onlooker.untilBlocked();
    killed.signal('SIGKILL');
    expect(await killed.exitCode()).toBe('SIGKILL');
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
  const longestMs = await startTakesMs();
  await inLanes(20, async (lane, index) => {
    const killed = ServiceProcess.spawn({ env: { DATABASE_URL: lane.database.url } });
    await sleep(longestMs * (0.3 + (0.7 * index) / 20));
    killed.signal('SIGKILL');
    expect(await killed.exitCode()).toBe('SIGKILL');
    await expectWorks(lane);
    expect(await expectWholeSchemaOrNone(lane)).toBe('whole');
  });
});
