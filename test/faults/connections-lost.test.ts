import { setTimeout as sleep } from 'node:timers/promises';
import { freshDatabase } from '../process/service/environment';
import { ServiceProcess } from '../support/service-process';
import { TcpProxy } from '../support/tcp-proxy';
import { until } from '../support/until';
import { Load, losses, NO_LOSSES } from './support/load';
import { get, post } from './support/post';

jest.setTimeout(120_000);
const environment = freshDatabase();
afterEach(() => TcpProxy.closeAll());

/** Short limits, so that what is bounded by them is over soon. */
const IMPATIENT = { DATABASE_STATEMENT_TIMEOUT_MS: '500', DATABASE_ACQUIRE_TIMEOUT_MS: '500' };

/** The bound that follows: a statement, and then the attempts to find out what became of it. */
const ANSWERED_WITHIN_MS = 12_000;

function expectAnswers(load: Load, statuses: readonly number[]): void {
  expect(load.failures).toEqual([]);
  for (const { status, headers, tookMs } of load.answers) {
    expect(statuses).toContain(status);
    expect(headers['retry-after']).toBe(status === 503 ? '1' : undefined);
    expect(tookMs).toBeLessThan(ANSWERED_WITHIN_MS);
  }
}

async function metrics(service: ServiceProcess): Promise<string> {
  return (await service.fetch('/metrics')).text();
}

/** Waits until so many jobs are being submitted. */
async function untilTakenIn(service: ServiceProcess, count: number): Promise<void> {
  const posts = new RegExp(`^http_server_active_requests\\{[^}]*"POST"[^}]*\\} ${count}$`, 'm');
  await until(`${count} jobs are taken in`, async () => posts.test(await metrics(service)));
}

describe('a connection that is cut between a statement and its answer', () => {
  it.each([
    ['cut before it arrives', undefined],
    ['cut before it arrives', 'with a key'],
    ['cut before its answer', undefined],
    ['cut before its answer', 'with a key'],
  ] as const)('costs the client nothing, 20 times: %s, %s', async (kind, keyed) => {
    const { database, onlooker } = environment();
    const { proxy, url } = await TcpProxy.inFrontOf(database.url);
    const service = await ServiceProcess.start(url);
    for (let round = 0; round < 20; round += 1) {
      const key = keyed && `key-${round}`;
      const struck = proxy.strike('insert_jobs', kind);
      const answer = await post(service.port, `job ${round}`, { key });
      await struck;
      const rows = (await onlooker.jobs()).filter(({ name }) => name === `job ${round}`);
      expect([answer.status, answer.body, rows.length]).toEqual([201, rows[0], 1]);
      expect(answer.headers['idempotent-replayed']).toBeUndefined();
    }
    service.signal();
    expect(await service.exitCode()).toBe(0);
  });
});

it('costs no job of a batch its row, nor gives it a second one, when the answer to its commit is lost', async () => {
  const { database, onlooker } = environment();
  const { proxy, url } = await TcpProxy.inFrontOf(database.url);
  const service = await ServiceProcess.start(url, { env: { COMMIT_CONCURRENCY: '1' } });
  const unlock = await onlooker.lockJobs();
  const plug = post(service.port, 'holds the only statement, so that the others go together');
  await onlooker.untilBlocked();
  const batch = Array.from({ length: 20 }, (_, index) => post(service.port, `job ${index}`));
  await untilTakenIn(service, 21);
  const struck = proxy.strike('insert_jobs', 'cut before its answer');
  await unlock();
  await struck;
  const answers = await Promise.all([plug, ...batch]);
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201));
  const byId = (one: { id: string }, other: { id: string }) => one.id.localeCompare(other.id);
  expect((await onlooker.jobs()).sort(byId)).toEqual(answers.map(({ body }) => body).sort(byId));
  expect(await metrics(service)).toContain('\nlastcall_commit_batch_size_count{resource="jobs"} 2\n');
  service.signal();
  expect(await service.exitCode()).toBe(0);
});

describe('all connections, ended at once under load', () => {
  it('lose nothing when Postgres ends its sessions, 20 times', async () => {
    const { database, onlooker } = environment();
    const service = await ServiceProcess.start(database.url);
    const load = new Load({ port: () => service.port, clients: 16 });
    for (let round = 0; round < 20; round += 1) {
      await load.untilMore(201, 30);
      // In every second round a statement is surely under way, and not committed.
      const unlock = round % 2 ? await onlooker.lockJobs() : undefined;
      if (unlock) await onlooker.untilBlocked();
      await onlooker.terminate('active');
      await onlooker.terminate('idle');
      await unlock?.();
    }
    await load.untilMore(201, 30);
    await load.stop();
    expectAnswers(load, [201]);
    expect(await losses(load, onlooker)).toEqual(NO_LOSSES);
    service.signal();
    expect(await service.exitCode()).toBe(0);
  });

  it('lose nothing when the network resets them, 20 times', async () => {
    const { database, onlooker } = environment();
    const { proxy, url } = await TcpProxy.inFrontOf(database.url);
    const service = await ServiceProcess.start(url);
    const load = new Load({ port: () => service.port, clients: 16 });
    for (let round = 0; round < 20; round += 1) {
      await load.untilMore(201, 30);
      proxy.cut();
    }
    await load.untilMore(201, 30);
    await load.stop();
    expectAnswers(load, [201, 503]);
    expect(await losses(load, onlooker)).toEqual(NO_LOSSES);
    service.signal();
    expect(await service.exitCode()).toBe(0);
  });
});

describe('connections that go silent under load', () => {
  it('are given up in time, and the pool recovers while the backends are still stopped (SIGSTOP)', async () => {
    const { database, onlooker } = environment();
    const service = await ServiceProcess.start(database.url, { env: IMPATIENT });
    const load = new Load({ port: () => service.port, clients: 16 });
    await load.untilMore(201, 50);
    const stopped = (
      await onlooker.query(
        `select pid from pg_stat_activity where datname = current_database() and application_name = 'lastcall'`,
      )
    ).map(({ pid }) => Number(pid));
    expect(stopped.length).toBeGreaterThan(0);
    const signalAll = (signal: NodeJS.Signals) => {
      for (const pid of stopped) process.kill(pid, signal);
    };
    for (let standsStill = true; standsStill; ) {
      signalAll('SIGSTOP');
      // One that was stopped while it held a lock of the whole server's, or a page of the table, has stopped that one, too, and nobody's
      // pool can help it.
      const written = onlooker
        .query(
          'begin; create table probe (); ' +
            "insert into jobs (id, name) select gen_random_uuid(), 'probe' from generate_series(1, 200); rollback",
        )
        .then(() => false);
      standsStill = await Promise.race([written, sleep(2_000, true)]);
      if (!standsStill) break;
      signalAll('SIGCONT');
      await written;
    }
    try {
      // Every client's request of before has been answered by then, since it sends one after the other.
      await load.untilMore(201, 100, 30_000);
    } finally {
      signalAll('SIGCONT');
    }
    await load.untilMore(201, 50);
    await load.stop();
    expectAnswers(load, [201, 503]);
    expect(await losses(load, onlooker)).toEqual(NO_LOSSES);
    service.signal();
    expect(await service.exitCode()).toBe(0);
    await until('no session is left', async () => (await onlooker.sessions()) === 0);
  });

  it('are answered 503 in time while the network swallows everything, and 201 afterwards', async () => {
    const { database, onlooker } = environment();
    const { proxy, url } = await TcpProxy.inFrontOf(database.url);
    const service = await ServiceProcess.start(url, { env: IMPATIENT });
    const load = new Load({ port: () => service.port, clients: 16 });
    await load.untilMore(201, 50);
    proxy.goSilent();
    await load.untilMore(503, 32, 30_000);
    expect((await get(service.port, '/readyz')).status).toBe(503);
    expect((await get(service.port, '/health')).status).toBe(200);
    proxy.speakAgain();
    await load.untilMore(201, 50);
    await until('/readyz follows', async () => (await get(service.port, '/readyz')).status === 200);
    await load.stop();
    expectAnswers(load, [201, 503]);
    expect(await losses(load, onlooker)).toEqual(NO_LOSSES);
    service.signal();
    expect(await service.exitCode()).toBe(0);
  });

  it('do not hold up the exit when the signal comes in the silence: everybody is answered', async () => {
    const { database, onlooker } = environment();
    const { proxy, url } = await TcpProxy.inFrontOf(database.url);
    const service = await ServiceProcess.start(url, { env: { SHUTDOWN_TIMEOUT_MS: '3000' } });
    await post(service.port, 'before');
    proxy.goSilent();
    const held = Array.from({ length: 20 }, (_, index) => post(service.port, `held ${index}`));
    await untilTakenIn(service, held.length);
    service.signal();
    for (const answer of await Promise.all(held)) expect(answer.status).toBe(503);
    expect(await service.exitCode(10_000)).toBe(1);
    proxy.cut();
    expect(await onlooker.names()).toEqual(['before']);
  });
});
