import { Client } from 'pg';
import { freshDatabase } from '../process/service/environment';
import { ServiceProcess } from '../support/service-process';
import { until } from '../support/until';
import { type Answer, get, post } from './support/post';

jest.setTimeout(120_000);
const environment = freshDatabase();

/** Makes every insert take this long, as a busy disk does. */
async function slowInserts(ms: number): Promise<void> {
  const { onlooker } = environment();
  await onlooker.query(
    `create function slow() returns trigger language plpgsql as
     $$ begin perform pg_sleep(${ms / 1_000}); return new; end $$`,
  );
  await onlooker.query(
    'create trigger slow before insert on jobs for each statement execute function slow()',
  );
}

/** Acknowledged jobs have their row, refused ones have none. */
async function expectHonest(answers: readonly Answer[], names: readonly string[]): Promise<void> {
  const stored = new Set(await environment().onlooker.names());
  for (const [index, { status, headers, body }] of answers.entries()) {
    expect([201, 503]).toContain(status);
    const found = stored.has(names[index] ?? '') ? 'a row' : 'no row';
    expect([status, body.code, found]).toEqual([status, body.code, status === 201 ? 'a row' : 'no row']);
    expect(headers['retry-after']).toBe(status === 503 ? '1' : undefined);
  }
}

const numbered = (count: number) => Array.from({ length: count }, (_, index) => `job ${index}`);

it('answers 503 when a lock outlasts the statement timeout, stores none of it later, and goes on', async () => {
  const { database, onlooker } = environment();
  const service = await ServiceProcess.start(database.url, { env: { DATABASE_STATEMENT_TIMEOUT_MS: '300' } });
  const unlock = await onlooker.lockJobs();
  const names = numbered(20);
  const answers = await Promise.all(
    names.map((name) => post(service.port, name, { key: name.replace(' ', '-') })),
  );
  for (const { status, tookMs } of answers) {
    expect(status).toBe(503);
    expect(tookMs).toBeLessThan(8_000);
  }
  await unlock();
  await expectHonest(answers, names);
  const again = await Promise.all(
    names.map((name) => post(service.port, name, { key: name.replace(' ', '-') })),
  );
  expect(again.every(({ status }) => status === 201)).toBe(true);
  expect(await onlooker.names()).toEqual([...names].sort());
  service.signal();
  expect(await service.exitCode()).toBe(0);
});

it('answers in time also those who wait for a statement while a lock holds up all of them', async () => {
  const { database, onlooker } = environment();
  const service = await ServiceProcess.start(database.url, {
    env: { DATABASE_STATEMENT_TIMEOUT_MS: '1000', COMMIT_BATCH_MAX: '2', COMMIT_CONCURRENCY: '1' },
  });
  const unlock = await onlooker.lockJobs();
  const names = numbered(40);
  const answers = await Promise.all(names.map((name) => post(service.port, name)));
  // One batch after the other, the last of them would wait for 20 s.
  for (const { tookMs } of answers) expect(tookMs).toBeLessThan(8_000);
  // Nothing is stored meanwhile, so that it is no overload.
  expect(new Set(answers.map(({ body }) => body.code))).toEqual(new Set(['store_unavailable']));
  await unlock();
  await expectHonest(answers, names);
  service.signal();
  expect(await service.exitCode()).toBe(0);
});

it('lets a job through while any number of readers wait for a lock', async () => {
  const { database, onlooker } = environment();
  const service = await ServiceProcess.start(database.url, { env: { DATABASE_ACQUIRE_TIMEOUT_MS: '500' } });
  const unlock = await onlooker.lockJobs();
  const path = '/work/00000000-0000-7000-8000-000000000000';
  const reads = Array.from({ length: 200 }, () => get(service.port, path));
  await onlooker.untilBlocked();
  const stored = post(service.port, 'behind the readers');
  await until('the insert waits for the lock too', async () => {
    const inserts = await onlooker.query(
      `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
       and query ilike '%insert into "jobs"%'`,
    );
    return inserts.length > 0;
  });
  expect(await onlooker.sessions()).toBeLessThanOrEqual(3);
  await unlock();
  expect((await stored).status).toBe(201);
  for (const { status } of await Promise.all(reads)) expect(status).toBe(404);
  service.signal();
  expect(await service.exitCode()).toBe(0);
});

it('gives a reader up at the end of the drain', async () => {
  const { database, onlooker } = environment();
  const service = await ServiceProcess.start(database.url, { env: { SHUTDOWN_TIMEOUT_MS: '2000' } });
  await onlooker.lockJobs();
  const read = get(service.port, '/work/00000000-0000-7000-8000-000000000000');
  await onlooker.untilBlocked();
  service.signal();
  expect(await read).toMatchObject({ status: 503, body: { code: 'shutting_down' } });
  expect(await service.exitCode()).toBe(1);
  const report = await service.line('drain report');
  expect(report.components).toContainEqual(
    expect.objectContaining({ name: 'postgres-pool', outcome: 'clean' }),
  );
});

it('answers everybody when the signal comes while every insert is slow', async () => {
  const { database } = environment();
  const service = await ServiceProcess.start(database.url);
  await slowInserts(500);
  const names = numbered(100);
  const posted = names.map((name) => post(service.port, name));
  await Promise.race(posted);
  service.signal();
  const answers = await Promise.all(posted);
  expect(answers.map(({ status }) => status)).toEqual(names.map(() => 201));
  await expectHonest(answers, names);
  expect(await service.exitCode()).toBe(0);
});

it('answers 200 that wait for the one connection of the pool when the signal comes', async () => {
  const { database } = environment();
  const service = await ServiceProcess.start(database.url, {
    env: {
      DATABASE_POOL_SIZE: '1',
      COMMIT_CONCURRENCY: '1',
      COMMIT_BATCH_MAX: '1',
      // The queue is the point, not the end of the budget.
      SHUTDOWN_TIMEOUT_MS: '40000',
    },
  });
  await slowInserts(20);
  const names = numbered(200);
  const posted = names.map((name) => post(service.port, name));
  await Promise.race(posted);
  service.signal();
  const answers = await Promise.all(posted);
  await expectHonest(answers, names);
  expect(answers.filter(({ status }) => status === 201).length).toBeGreaterThan(50);
  expect(await service.exitCode()).toBe(0);
});

it('survives a deadlock: what Postgres sacrifices is stored once the other has ended', async () => {
  const { database, onlooker } = environment();
  const service = await ServiceProcess.start(database.url, { env: { COMMIT_CONCURRENCY: '1' } });
  const rival = new Client({ connectionString: database.url });
  await rival.connect();
  const claim = (key: string) =>
    rival.query(`insert into idempotency_keys values ('${key}', gen_random_uuid(), '', now())`);
  // Whoever looks for a deadlock first is the one who gives way: it will be the service.
  await rival.query(`set deadlock_timeout = '1min'`);
  await rival.query('begin');
  await claim('b');
  const unlock = await onlooker.lockJobs();
  const plug = post(service.port, 'holds the only statement, so that the next two go together');
  await onlooker.untilBlocked();
  const pair = ['a', 'b'].map((key) => post(service.port, `job ${key}`, { key }));
  // Both have been taken in once a request behind them on another connection has been.
  await service.fetch('/livez');
  await unlock();
  expect((await plug).status).toBe(201);
  // The service holds a and waits for b: in a circle, once its rival asks for a.
  await onlooker.untilBlocked();
  await claim('a');
  await rival.query('rollback');
  await rival.end();
  expect((await Promise.all(pair)).map(({ status }) => status)).toEqual([201, 201]);
  expect((await onlooker.names()).filter((name) => name.startsWith('job'))).toEqual(['job a', 'job b']);
  service.signal();
  expect(await service.exitCode()).toBe(0);
});
