import type { PostgresPool } from '../../src/adapters/postgres/connection/postgres-pool';
import { IDEMPOTENCY_KEYS } from '../../src/adapters/postgres/intake/idempotency-keys-table';
import { KyselyRepository } from '../../src/adapters/postgres/intake/kysely-repository';
import { schemaPartOf } from '../../src/adapters/postgres/intake/resource-schema';
import { JOBS_TABLE } from '../../src/adapters/postgres/jobs/jobs-table';
import { allMigrations } from '../../src/adapters/postgres/migrations/schema-part';
import type { BatchWriterSettings } from '../../src/application/intake/batch-writer';
import { intakeOver } from '../contract/jobs';

/** What jobs and keys bring to the schema: all that the service has without further modules. */
export const SCHEMA_PARTS = [schemaPartOf(JOBS_TABLE), IDEMPOTENCY_KEYS];

/** The names of their migrations, in the order in which they run. */
export const MIGRATIONS = Object.keys(allMigrations(SCHEMA_PARTS)).sort();

/** A writer and a reader over the table in `database`, and the repository itself. */
export function jobsIn(database: PostgresPool, settings?: BatchWriterSettings) {
  return intakeOver(new KyselyRepository(database, JOBS_TABLE), settings);
}
