import { postWork } from '../process/service/environment';
import { Onlooker } from '../support/onlooker';
import { RawClient } from '../support/raw-client';
import { ServiceProcess } from '../support/service-process';
import { until } from '../support/until';
import { Load, losses, NO_LOSSES } from './support/load';
import { get, post } from './support/post';
import { PrivatePostgres, type StopMode } from './support/private-postgres';

jest.setTimeout(120_000);

let postgres: PrivatePostgres;
beforeAll(async () => {
  postgres = await PrivatePostgres.start();
});
afterEach(() => ServiceProcess.killAll());
afterAll(() => postgres.remove());

/** A request that meets a stopped Postgres is answered within this. */
const ANSWERED_WITHIN_MS = 8_000;

const readyz = async (service: ServiceProcess) => (await get(service.port, '/readyz')).status;

async function inspect<T>(look: (onlooker: Onlooker) => Promise<T>): Promise<T> {
  const onlooker = await Onlooker.of(postgres.url);
  return look(onlooker).finally(() => onlooker.end());
}

describe('Postgres that stops', () => {
  it.each(['fast', 'immediate'] as const)(
    'while the service is idle: 503, and 201 once it is back (%s)',
    async (mode) => {
      const service = await ServiceProcess.start(postgres.url);
      const { pid } = service.child;
      await post(service.port, 'before');
      await postgres.stop(mode);
      await until('/readyz follows', async () => (await readyz(service)) === 503);
      expect((await get(service.port, '/health')).status).toBe(200);
      const refused = await Promise.all(
        Array.from({ length: 20 }, (_, index) => post(service.port, `${mode} ${index}`)),
      );
      for (const { status, headers, body, tookMs } of refused) {
        expect([status, headers['retry-after'], body.code]).toEqual([503, '1', 'store_unavailable']);
        expect(tookMs).toBeLessThan(ANSWERED_WITHIN_MS);
      }
      await postgres.start();
      await until('/readyz follows', async () => (await readyz(service)) === 200);
      const { status, body } = await post(service.port, `after ${mode}`);
      expect([status, service.child.pid, service.child.exitCode]).toEqual([201, pid, null]);
      const rows = await inspect((onlooker) => onlooker.jobs());
      expect(rows).toContainEqual(body);
      expect(rows.filter(({ name }) => name.startsWith(mode))).toEqual([]);
      service.signal();
      expect(await service.exitCode()).toBe(0);
    },
  );

  it('under load, and comes back, 6 times: what was acknowledged is there, everything else was a 503', async () => {
    const service = await ServiceProcess.start(postgres.url);
    await inspect((onlooker) => onlooker.query('truncate jobs, idempotency_keys'));
    const load = new Load({ port: () => service.port, clients: 16 });
    const modes: StopMode[] = ['fast', 'immediate', 'immediate', 'fast', 'immediate', 'fast'];
    for (const mode of modes) {
      await load.untilMore(201, 30);
      await postgres.stop(mode);
      await load.untilMore(503, 20);
      await postgres.start();
    }
    await load.untilMore(201, 30);
    await load.stop();
    expect(load.failures).toEqual([]);
    for (const { status, headers, tookMs } of load.answers) {
      expect([`201 undefined`, `503 1`]).toContain(`${status} ${headers['retry-after']}`);
      expect(tookMs).toBeLessThan(ANSWERED_WITHIN_MS);
    }
    expect(await inspect((onlooker) => losses(load, onlooker))).toEqual(NO_LOSSES);
    service.signal();
    expect(await service.exitCode()).toBe(0);
  });

  it.each(['fast', 'immediate'] as const)(
    'during the drain: every request is answered, and the exit is in time (%s)',
    async (mode) => {
      const service = await ServiceProcess.start(postgres.url);
      const onlooker = await Onlooker.of(postgres.url);
      await onlooker.query('truncate jobs');
      await onlooker.lockJobs();
      const clients = await Promise.all(Array.from({ length: 20 }, () => RawClient.open(service.port)));
      for (const [index, client] of clients.entries()) client.write(postWork(`held ${index}`));
      await onlooker.untilBlocked();
      const signalledAt = performance.now();
      service.signal();
      await service.line('listener closed');
      await postgres.stop(mode);
      const outcomes: { name: string; status: number | undefined; code: unknown }[] = [];
      for (const [index, client] of clients.entries()) {
        const [answer] = await client.waitForAnswers(1, 10_000);
        expect(answer?.headers.get('connection')).toBe('close');
        expect(await client.waitForEnd()).toBe('fin');
        const { code } = JSON.parse(answer?.body ?? '{}');
        outcomes.push({ name: `held ${index}`, status: answer?.status, code });
      }
      expect(await service.exitCode()).toBe(0);
      // Told, and in the report.
      const { components } = await service.line('drain report');
      const failed = outcomes.filter(({ status }) => status === 503).length;
      expect(components).toContainEqual(
        expect.objectContaining({ name: 'http-server', failedDuringDrain: failed }),
      );
      expect(performance.now() - signalledAt).toBeLessThan(12_000);
      await postgres.start();
      const rows = await inspect((later) => later.names());
      // The lock goes with the session that held it, so that an insert may be through before its own session ends.
      for (const { name, status, code } of outcomes) {
        if (status === 201) expect(rows).toContain(name);
        else if (code !== 'outcome_unknown') expect(rows).not.toContain(name);
        expect([201, 503]).toContain(status);
      }
      await onlooker.end().catch(() => {});
    },
  );
});

it('tells the truth of a Postgres that hangs, /readyz in time, and works with it once it goes on', async () => {
  const env = { DATABASE_STATEMENT_TIMEOUT_MS: '1200', DATABASE_ACQUIRE_TIMEOUT_MS: '600' };
  const service = await ServiceProcess.start(postgres.url, { env });
  await Promise.all(Array.from({ length: 12 }, (_, index) => post(service.port, `warm ${index}`)));
  await postgres.freeze('SIGSTOP');
  try {
    const posts = Array.from({ length: 12 }, (_, index) => post(service.port, `hung ${index}`));
    const probe = await get(service.port, '/readyz');
    expect([probe.status, probe.text]).toEqual([503, '{"status":"database_unavailable"}']);
    // Sooner than any statement is given up.
    expect(probe.tookMs).toBeLessThan(1_200);
    for (const { status, body } of await Promise.all(posts)) {
      expect(status).toBe(503);
      // Those that were sent may have been stored; nobody was too many.
      expect(['store_unavailable', 'outcome_unknown']).toContain(body.code);
    }
  } finally {
    await postgres.freeze('SIGCONT');
  }
  await until('/readyz follows', async () => (await readyz(service)) === 200);
  expect((await post(service.port, 'after the hang')).status).toBe(201);
  service.signal();
  expect(await service.exitCode()).toBe(0);
});
