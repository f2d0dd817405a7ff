import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Onlooker } from '../support/onlooker';
import { createTestDatabase, type TestDatabase } from '../support/postgres';
import { type LogLine, PROJECT, ServiceProcess } from '../support/service-process';

const PAGE = readFileSync(path.join(PROJECT, 'docs/logs.md'), 'utf8');
/** Whatever stands in backticks, outside of the blocks of code. */
const NAMED = new Set(
  [...PAGE.replaceAll(/```[\s\S]*?```/g, '').matchAll(/`([^`]+)`/g)].map(([, name]) => name ?? ''),
);

let database: TestDatabase;

/** A run in which everything goes well. */
async function cleanRun(): Promise<ServiceProcess> {
  const env = { LOG_LEVEL: 'debug', METRICS_PORT: '0' };
  const service = await ServiceProcess.start(database.url, { env });
  await service.post('documented');
  await service.fetch('/health', {
    headers: { traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' },
  });
  service.signal();
  expect(await service.exitCode()).toBe(0);
  return service;
}

/** A run that ends with a request which is cancelled, and answered 503. */
async function forcedRun(): Promise<ServiceProcess> {
  const env = { LOG_LEVEL: 'debug', SHUTDOWN_TIMEOUT_MS: '1000', SHUTDOWN_LINGER_MS: '50' };
  const service = await ServiceProcess.start(database.url, { env });
  const onlooker = await Onlooker.of(database.url);
  const unlock = await onlooker.lockJobs();
  const held = service.post('held by a lock');
  await onlooker.untilBlocked();
  service.signal();
  expect((await held).status).toBe(503);
  expect(await service.exitCode()).toBe(1);
  await unlock();
  await onlooker.end();
  return service;
}

/** A run that never becomes ready. */
async function failedStart(): Promise<ServiceProcess> {
  const env = { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none', DATABASE_CONNECT_TIMEOUT_MS: '300' };
  const service = ServiceProcess.spawn({ env: { ...env, LOG_LEVEL: 'debug' } });
  expect(await service.exitCode()).toBe(1);
  return service;
}

describe.each([
  ['in which all goes well', cleanRun, 'listening'],
  ['in which a request is cancelled', forcedRun, 'a request failed'],
  ['that cannot start', failedStart, 'could not start postgres-pool'],
])('the page about the log, beside a run %s', (_, run, message) => {
  let lines: readonly LogLine[];

  beforeAll(async () => {
    database = await createTestDatabase();
    lines = (await run()).lines;
    expect(lines.map(({ msg }) => msg)).toContain(message);
  });

  afterAll(async () => {
    await ServiceProcess.killAll();
    await database.drop();
  });

  it('names every field of every line', () => {
    const report = lines.at(-1) as unknown as { components: object[] };
    const fields = new Set([...lines, ...report.components].flatMap((line) => Object.keys(line)));
    expect(fields.size).toBeGreaterThan(10);
    expect([...fields].filter((field) => !NAMED.has(field))).toEqual([]);
  });

  it('names every event, and every message that is a constant', () => {
    const events = new Set(lines.flatMap(({ event, msg }) => (event ? [String(event)] : [msg])));
    expect([...events].filter((event) => !NAMED.has(event))).toEqual([]);
  });
});
