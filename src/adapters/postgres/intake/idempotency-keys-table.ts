import { type Kysely, type Migration, sql } from 'kysely';
import type { IdempotencyKeys } from '../../../application/intake/idempotency-keys';
import type { IdempotencyClaim } from '../../../domain/intake/idempotency-key';
import type { PostgresPool } from '../connection/postgres-pool';
import { compiler, parameter, prepared } from '../connection/prepared-statement';
import type { SchemaPart } from '../migrations/schema-part';
import { columnsOf, isThere, provideIndex, requireTypes, requireUnique } from '../migrations/taken-over';

/**
 * Scope and key in one column. The first resource has no scope, and its keys stand there as they came: so they did before
 * there were scopes, and a replica of that time, which looks for the bare key and conflicts on this column alone, gets on with
 * us in both directions. A key has no space in it, so no two of them are written alike.
 */
export function storedKey({ scope, key }: Pick<IdempotencyClaim, 'scope' | 'key'>): string {
  return scope === '' ? key : `${scope} ${key}`;
}

/** Forgets old keys. Parameters: their age in milliseconds at the least, and how many at the most. */
const FORGET_KEYS = prepared(
  'forget_keys',
  compiler
    .withTables<{ idempotency_keys: { key: string; created_at: Date } }>()
    .deleteFrom('idempotency_keys')
    .where('key', 'in', (old) =>
      old
        .selectFrom('idempotency_keys')
        .select('key')
        .where('created_at', '<', sql<Date>`now() - ${parameter(1, 'float8')} * interval '1 ms'`)
        .orderBy('created_at')
        .limit(parameter<number>(2, 'int8'))
        .forUpdate()
        .skipLocked(),
    )
    .compile(),
  // Whether a batch is forgotten does not matter: the next round looks again.
  { isRepeatable: true },
);

/** Forgets idempotency keys in Postgres. */
export class KyselyIdempotencyKeys implements IdempotencyKeys {
  readonly #pool: PostgresPool;

  constructor(pool: PostgresPool) {
    this.#pool = pool;
  }

  async forget(ageMs: number, limit: number, signal: AbortSignal): Promise<number> {
    const { rowCount } = await this.#pool.run(FORGET_KEYS, [ageMs, limit], signal);
    return rowCount ?? 0;
  }
}

/**
 * One row a key; taken over where the table exists already. No foreign key to a resource's table: forgetting a key, or a
 * resource, must never wait for the other. `job_id` is the resource's id: it was named when there was one kind of them, and
 * replicas of that time still name it so.
 */
const idempotencyKeys: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    if (!(await isThere(db, 'idempotency_keys')))
      await db.schema
        .createTable('idempotency_keys')
        .addColumn('key', 'text', (column) => column.primaryKey())
        .addColumn('job_id', 'uuid', (column) => column.notNull())
        .addColumn('fingerprint', 'bytea', (column) => column.notNull())
        .execute();
    const columns = await columnsOf(db, 'idempotency_keys');
    const hasTime = columns.has('created_at');
    requireTypes('idempotency_keys', columns, {
      key: ['text', 'character varying'],
      job_id: ['uuid'],
      fingerprint: ['bytea'],
      ...(hasTime && { created_at: ['timestamp with time zone'] }),
    });
    await requireUnique(db, 'idempotency_keys', 'key');
    // The keys of a table without it are kept for their whole time once more.
    if (!hasTime)
      await sql`alter table idempotency_keys add column created_at timestamptz not null default now()`.execute(
        db,
      );
    await provideIndex(db, 'idempotency_keys', 'created_at');
  },
};

export const IDEMPOTENCY_KEYS: SchemaPart = {
  table: 'idempotency_keys',
  migrations: { '0002-idempotency-keys': idempotencyKeys },
  // `for update`, by which keys are forgotten, wants the privilege to update. Of some columns is enough, where there is such.
  privileges: ['select', 'insert', 'update', 'delete'],
  async tryOut(run, parts) {
    for (const part of parts) await part.tryOutKeys?.(run);
  },
};
