import type { Migration } from 'kysely';
import { jobs } from './0001-jobs';
import { idempotencyKeys } from './0002-idempotency-keys';

/** All migrations by name; they run in the order of their names, each once for a database. */
export const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '0001-jobs': jobs,
  '0002-idempotency-keys': idempotencyKeys,
};
