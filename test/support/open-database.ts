import { PostgresPool, type PostgresSettings } from '../../src/adapters/postgres/connection/postgres-pool';
import { PostgresSchema } from '../../src/adapters/postgres/migrations/postgres-schema';
import { Deadline } from '../../src/application/lifecycle/deadline';
import { InMemoryLog } from '../doubles/in-memory-log';
import { SCHEMA_PARTS } from './jobs-in-postgres';
import { createTestDatabase } from './postgres';

const SETTINGS: PostgresSettings = {
  size: 10,
  connectTimeoutMs: 10_000,
  acquireTimeoutMs: 3_000,
  statementTimeoutMs: 10_000,
};

export interface OpenDatabase {
  readonly database: PostgresPool;
  readonly url: string;
  readonly log: InMemoryLog;
  /** Ends the pool and drops the database. */
  close(): Promise<void>;
}

/** A pool on a new database of its own with the current schema, as the service would open it. */
export async function openDatabase(settings: Partial<PostgresSettings> = {}): Promise<OpenDatabase> {
  const { url, drop } = await createTestDatabase();
  const log = new InMemoryLog();
  const never = new AbortController().signal;
  const database = new PostgresPool({ url: () => url }, { ...SETTINGS, ...settings }, log);
  await database.start(never);
  await new PostgresSchema(database, SCHEMA_PARTS, log).start(never);
  return {
    database,
    url,
    log,
    async close() {
      const deadline = Deadline.in(5_000);
      await database.stop(deadline);
      deadline.clear();
      await drop();
    },
  };
}
