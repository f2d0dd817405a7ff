import type { PostgresPool } from '../../src/adapters/postgres/connection/postgres-pool';
import { IDEMPOTENCY_KEYS } from '../../src/adapters/postgres/intake/idempotency-keys-table';
import { JOBS, KyselyJobRepository } from '../../src/adapters/postgres/jobs/kysely-job-repository';
import type { BatchWriterSettings } from '../../src/application/intake/batch-writer';
import { intakeOver } from '../contract/jobs';

/** What jobs and keys bring to the schema: all that the service has without further modules. */
export const SCHEMA_PARTS = [JOBS, IDEMPOTENCY_KEYS];

/** A writer and a reader over the table in `database`, and the repository itself. */
export function jobsIn(database: PostgresPool, settings?: BatchWriterSettings) {
  return intakeOver(new KyselyJobRepository(database), settings);
}
