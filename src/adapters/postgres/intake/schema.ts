import type { ColumnType } from 'kysely';

/** The tables, as Kysely's type parameter. */
export interface Schema {
  jobs: JobsTable;
  idempotency_keys: IdempotencyKeysTable;
}

export interface JobsTable {
  id: string;
  name: string;
  created_at: ColumnType<Date, Date, never>;
}

export interface IdempotencyKeysTable {
  key: string;
  job_id: string;
  /** SHA-256 of the job's name: what a repetition must match. */
  fingerprint: Buffer;
  created_at: ColumnType<Date, Date, never>;
}
