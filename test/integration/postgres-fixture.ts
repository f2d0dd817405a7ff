import { PostgresPool, type PostgresSettings } from '../../src/adapters/postgres/connection/postgres-pool';
import { PostgresSchema } from '../../src/adapters/postgres/migrations/postgres-schema';
import type { BatchWriterSettings } from '../../src/application/intake/batch-writer';
import type { StopDetails } from '../../src/application/lifecycle/component';
import { Deadline } from '../../src/application/lifecycle/deadline';
import { NEVER } from '../contract/jobs';
import { InMemoryLog } from '../doubles/in-memory-log';
import { SCHEMA_PARTS } from '../support/jobs-in-postgres';
import { Onlooker } from '../support/onlooker';
import { createTestDatabase, type TestDatabase } from '../support/postgres';

export const SETTINGS: PostgresSettings = {
  size: 5,
  connectTimeoutMs: 5_000,
  acquireTimeoutMs: 3_000,
  statementTimeoutMs: 5_000,
};

/** Small batches, so that they do fill and wait. */
export const SMALL_BATCHES: BatchWriterSettings = {
  batchMax: 4,
  concurrency: 2,
  queueMax: 1_000,
  waitMaxMs: 30_000,
};

export interface Fixture {
  readonly testDatabase: TestDatabase;
  readonly onlooker: Onlooker;
  readonly log: InMemoryLog;
  /** Not started. It is stopped at the end of the test, when it has been. */
  database(settings?: Partial<PostgresSettings>, url?: string): PostgresPool;
  /** Started, with its tables. */
  migrated(settings?: Partial<PostgresSettings>, url?: string): Promise<PostgresPool>;
}

/** As the registry has it for every component; here both a test and the fixture may stop it. */
function stoppedOnce(database: PostgresPool): PostgresPool {
  const stop = database.stop.bind(database);
  let stopping: Promise<StopDetails> | undefined;
  database.stop = (deadline) => {
    stopping ??= stop(deadline);
    return stopping;
  };
  return database;
}

export function stop(database: PostgresPool, withinMs = 5_000): Promise<StopDetails> {
  const deadline = Deadline.in(withinMs);
  return database.stop(deadline).finally(() => deadline.clear());
}

/** Makes every idempotency key so much older. */
export async function letKeysAge(database: PostgresPool, ms: number): Promise<void> {
  const sql = `update idempotency_keys set created_at = created_at - $1::float8 * interval '1 ms'`;
  await database.run({ name: 'test_age', sql }, [ms]);
}

/** Gives each test a database of its own, or all of them the same one, and leaves nothing open. */
export function postgresFixture(scope: 'each test' | 'all tests' = 'each test'): () => Fixture {
  let current: (Fixture & { end(): Promise<void> }) | undefined;
  const begin = async () => {
    current = await createFixture();
  };
  const end = async () => {
    await current?.end();
    current = undefined;
  };
  if (scope === 'each test') {
    beforeEach(begin);
    afterEach(end);
  } else {
    beforeAll(begin);
    afterAll(end);
  }
  return () => {
    if (!current) throw new Error('only inside a test');
    return current;
  };
}

async function createFixture() {
  const testDatabase = await createTestDatabase();
  const onlooker = await Onlooker.of(testDatabase.url);
  const log = new InMemoryLog();
  const opened: PostgresPool[] = [];
  const database = (settings: Partial<PostgresSettings> = {}, url = testDatabase.url) => {
    const made = stoppedOnce(new PostgresPool({ url: () => url }, { ...SETTINGS, ...settings }, log));
    opened.push(made);
    return made;
  };
  const migrated = async (settings: Partial<PostgresSettings> = {}, url = testDatabase.url) => {
    const made = database(settings, url);
    await made.start(NEVER);
    await new PostgresSchema(made, SCHEMA_PARTS, log).start(NEVER);
    return made;
  };
  const end = async () => {
    await onlooker.end();
    await Promise.all(opened.map((made) => stop(made)));
    await testDatabase.drop();
  };
  return { testDatabase, onlooker, log, database, migrated, end };
}
