import { createHash } from 'node:crypto';
import {
  type CompiledQuery,
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type RawBuilder,
  sql,
} from 'kysely';
import type { QueryResultRow } from 'pg';

/** A statement that is compiled once, and prepared once on each connection, under its name. */
export interface PreparedStatement<Row extends QueryResultRow = QueryResultRow> {
  /** Tells its text apart from every other: behind a pooler all versions of the service share the names. */
  readonly name: string;
  readonly sql: string;
  /** Whether it changes nothing, or what nobody misses: that its answer was lost leaves nothing in doubt. */
  readonly isRepeatable?: boolean;
  /** Never set: it carries the type. */
  readonly row?: Row;
}

/** Kysely without a connection: it only compiles, once, when a module is loaded. */
export const compiler = new Kysely<Record<never, never>>({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  },
});

/** A parameter whose value comes with each execution, not with the compilation. */
export function parameter<T>(position: number, type: string): RawBuilder<T> {
  return sql.raw(`$${position}::${type}`);
}

/** The name holds a digest of the text: a pooler may give this version the connection of another. */
export function prepared<Row extends QueryResultRow>(
  name: string,
  { sql }: CompiledQuery<Row>,
  { isRepeatable = false } = {},
): PreparedStatement<Row> {
  const digest = createHash('sha256').update(sql).digest('hex').slice(0, 8);
  return { name: `${name}_${digest}`, sql, isRepeatable };
}

/**
 * Whether the server takes writes: on a standby every transaction is read-only, and where that is the default. Only a
 * question, since a refusal would be an error in the server's log at each probe.
 */
export const IS_WRITABLE = prepared(
  'is_writable',
  sql<{ writable: boolean }>`select current_setting('transaction_read_only') = 'off' as writable`.compile(
    compiler,
  ),
  { isRepeatable: true },
);
