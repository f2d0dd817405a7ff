import { MIGRATIONS } from '../../support/jobs-in-postgres';
import { Onlooker } from '../../support/onlooker';
import { createTestDatabase, type TestDatabase } from '../../support/postgres';
import { ServiceProcess } from '../../support/service-process';
import { until } from '../../support/until';
import { post } from './post';

/** Start-ups that run side by side, each on a database of its own. */
export const LANES = 4;

export interface Lane {
  readonly database: TestDatabase;
  readonly onlooker: Onlooker;
}

/** Makes the lanes before the file's tests, and leaves neither processes nor databases behind. */
export function useLanes(): () => readonly Lane[] {
  let lanes: readonly Lane[] = [];
  beforeAll(async () => {
    lanes = await Promise.all(
      Array.from({ length: LANES }, async () => {
        const database = await createTestDatabase();
        return { database, onlooker: await Onlooker.of(database.url) };
      }),
    );
  });
  afterEach(() => ServiceProcess.killAll());
  afterAll(() =>
    Promise.all(
      lanes.map(async ({ database, onlooker }) => {
        await onlooker.end();
        await database.drop();
      }),
    ),
  );
  return () => lanes;
}

/** Runs `trials` trials, one a lane at a time, each on an empty database. */
export async function inLanes(
  lanes: readonly Lane[],
  trials: number,
  trial: (lane: Lane, index: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  await Promise.all(
    lanes.map(async (lane) => {
      for (let index = next++; index < trials; index = next++) {
        await lane.onlooker.query('drop schema public cascade');
        await lane.onlooker.query('create schema public');
        await trial(lane, index);
      }
    }),
  );
}

/** The service's tables: none, or all of them with every migration on record. Nothing in between. */
export async function expectWholeSchemaOrNone({ onlooker }: Lane): Promise<'none' | 'whole'> {
  const found = await onlooker.query(
    `select table_name as name from information_schema.tables
     where table_schema = 'public' and table_name in ('jobs', 'idempotency_keys') order by 1`,
  );
  if (found.length === 0) return 'none';
  expect(found).toEqual([{ name: 'idempotency_keys' }, { name: 'jobs' }]);
  expect(await onlooker.query('select name from lastcall_migration order by 1')).toHaveLength(
    MIGRATIONS.length,
  );
  return 'whole';
}

export async function expectNothingLeft(lane: Lane): Promise<void> {
  await until('no session is left', async () => (await lane.onlooker.sessions()) === 0);
}

export async function expectWorks({ database }: Lane): Promise<void> {
  const service = await started(database.url);
  expect((await post(service.port, 'works')).status).toBe(201);
  service.signal();
  expect(await service.exitCode()).toBe(0);
}

/** How long a start takes here and now, with as many beside it as in the trials. */
export async function startTakesMs(lanes: readonly Lane[]): Promise<number> {
  const times: number[] = [];
  await inLanes(lanes, LANES, async ({ database }) => {
    const began = performance.now();
    const service = await started(database.url);
    times.push(performance.now() - began);
    service.signal();
    expect(await service.exitCode()).toBe(0);
  });
  return Math.max(...times);
}

/** With more patience than for a start that nothing runs beside. */
async function started(databaseUrl: string): Promise<ServiceProcess> {
  const service = ServiceProcess.spawn({ env: { DATABASE_URL: databaseUrl } });
  await service.line('ready', 60_000);
  return service;
}
