import { type Migration, sql } from 'kysely';
import type { Resource, Submission } from '../../../application/intake/repository';
import { compiler, type PreparedStatement, parameter, prepared } from '../connection/prepared-statement';
import { storedKey } from './idempotency-keys-table';

/** A row of any resource's table. */
export interface ResourceRow {
  readonly id: string;
  readonly created_at: Date;
}

export interface Column<R extends Resource> {
  /** Of Postgres, as in `uuid` or `text`. */
  readonly type: string;
  readonly value: (resource: R) => unknown;
}

/** What a resource's table is: from this, every statement on it is made. */
export interface TableSpec<R extends Resource, Row extends ResourceRow> {
  readonly name: string;
  /** Of its idempotency keys: no other resource has the same one. */
  readonly scope: string;
  /** By name; `id` and `created_at` have to be among them. */
  readonly columns: Readonly<Record<keyof Row & string, Column<R>>>;
  /** Rows come from this service, so their values are not checked again. */
  readonly toResource: (row: Row) => R;
  readonly migrations: Readonly<Record<string, Migration>>;
  /** Resources that a table which was there before might not take: the longest values, and some that differ in little. */
  readonly specimens: () => readonly [R, ...R[]];
}

/** A table with its statements. */
export interface ResourceTable<R extends Resource, Row extends ResourceRow> extends TableSpec<R, Row> {
  readonly statements: Statements<Row>;
}

/** Compiles the statements, once for a table. */
export function resourceTable<R extends Resource, Row extends ResourceRow>(
  spec: TableSpec<R, Row>,
): ResourceTable<R, Row> {
  return { ...spec, statements: statementsOf(spec) };
}

interface Statements<Row extends ResourceRow> {
  /** Stores rows. Parameters: the columns, as arrays. A repeated id is left as it is. */
  readonly insert: PreparedStatement;
  /**
   * Stores rows of which some have a key: the columns, then keys and fingerprints, null where there is none. Returns the ids
   * whose key was new. Keys are taken in their order, so that two batches can wait for each other but never in a circle;
   * whoever waits sees the other's commit and stores nothing. A key's age counts by the server's clock.
   */
  readonly insertWithKeys: PreparedStatement<{ id: string }>;
  /** What was stored under keys. Parameters: keys and fingerprints, as arrays. `_position` counts from 1. */
  readonly findByKeys: PreparedStatement<FoundByKey<Row>>;
  /** Rows by id. Parameter: the ids, as an array. */
  readonly findAll: PreparedStatement<Row>;
}

/** A key that was used before, and beside it the row of the first use, all of whose columns are null where it is gone. */
export type FoundByKey<Row extends ResourceRow> = KeyRow & (Row | Record<keyof Row, null>);

interface KeyRow {
  readonly _position: number;
  readonly _id: string;
  readonly _claimed_at: Date;
  /** Whether the fingerprint is that of the first use. */
  readonly _same: boolean;
}

function statementsOf<R extends Resource, Row extends ResourceRow>({
  name,
  columns,
}: TableSpec<R, Row>): Statements<Row> {
  const table = sql.table(name);
  const names = Object.keys(columns);
  const listed = sql.join(names.map((column) => sql.ref(column)));
  const ofResource = sql.join(names.map((column) => sql.ref(`resource.${column}`)));
  const values = Object.values<Column<R>>(columns).map(({ type }, index) =>
    parameter(index + 1, `${type}[]`),
  );
  const digest = (text: string) => sql`sha256(convert_to(${sql.ref(text)}, 'UTF8'))`;
  const [keys, fingerprints] = [1, 2].map((more) => parameter(names.length + more, 'text[]'));
  return {
    insert: prepared(
      `insert_${name}`,
      compiler
        .withTables<Record<string, Record<string, unknown>>>()
        .insertInto(name)
        .columns(names)
        .expression(sql`select * from unnest(${sql.join(values)})`)
        .onConflict((conflict) => conflict.column('id').doNothing())
        .compile(),
    ),
    insertWithKeys: prepared(
      `insert_${name}_with_keys`,
      sql<{ id: string }>`
        with submitted as (
          select * from unnest(${sql.join(values)}, ${keys}, ${fingerprints})
            with ordinality as submission (${listed}, _key, _fingerprint, _position)
        ), claimed as (
          insert into idempotency_keys (key, job_id, fingerprint, created_at)
          select distinct on (_key) _key, id, ${digest('_fingerprint')}, now()
          from submitted where _key is not null order by _key, _position
          on conflict (key) do nothing
          returning job_id
        ), stored as (
          insert into ${table} (${listed})
          select ${listed} from submitted
          where _key is null or id in (select job_id from claimed)
          on conflict (id) do nothing
        )
        select job_id as id from claimed`.compile(compiler),
    ),
    findByKeys: prepared(
      `find_${name}_by_keys`,
      sql<FoundByKey<Row>>`
        select asked.position::int as _position, known.job_id as _id, known.created_at as _claimed_at,
          known.fingerprint = ${digest('asked.fingerprint')} as _same, ${ofResource}
        from unnest(${parameter(1, 'text[]')}, ${parameter(2, 'text[]')})
          with ordinality as asked (key, fingerprint, position)
        join idempotency_keys known on known.key = asked.key
        left join ${table} resource on resource.id = known.job_id`.compile(compiler),
    ),
    findAll: prepared(
      `find_${name}`,
      sql<Row>`select ${listed} from ${table} where id = any(${parameter(1, 'uuid[]')})`.compile(compiler),
      { isRepeatable: true },
    ),
  };
}

/** The values of each column, as an array. */
export function columnsOf<R extends Resource, Row extends ResourceRow>(
  { columns }: TableSpec<R, Row>,
  resources: readonly R[],
): unknown[][] {
  return Object.values<Column<R>>(columns).map(({ value }) => resources.map(value));
}

/** Keys and fingerprints, as arrays. */
export function keysOf(submissions: readonly Submission<Resource>[]): (string | null)[][] {
  return [
    submissions.map(({ claim }) => (claim ? storedKey(claim) : null)),
    submissions.map(({ claim }) => claim?.fingerprint ?? null),
  ];
}
