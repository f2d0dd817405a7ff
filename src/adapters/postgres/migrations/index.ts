import type { Migration } from 'kysely';
import { idempotencyKeys } from '../intake/0002-idempotency-keys';
import { jobs } from '../jobs/0001-jobs';

/** All migrations by name; they run in the order of their names, each once for a database. */
export const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '0001-jobs': jobs,
  '0002-idempotency-keys': idempotencyKeys,
};

/** Where it is written down which of them have run. Not Kysely's own names: another program with Kysely may use those. */
export const MIGRATION_TABLE = 'lastcall_migration';
export const MIGRATION_LOCK_TABLE = 'lastcall_migration_lock';
