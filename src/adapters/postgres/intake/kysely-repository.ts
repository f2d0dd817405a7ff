import { type Migration, sql } from 'kysely';
import type { Repository, Resource, Stored, Submission } from '../../../application/intake/repository';
import type { DomainError } from '../../../domain/domain-error';
import { CommitInDoubt, IdempotencyKeyReused } from '../../../domain/intake/errors';
import { IDEMPOTENCY_KEY_MAX_LENGTH, type IdempotencyKey } from '../../../domain/intake/idempotency-key';
import type { PostgresPool } from '../connection/postgres-pool';
import { compiler, type PreparedStatement, parameter, prepared } from '../connection/prepared-statement';
import { DoesNotFit, type Run, type SchemaPart } from '../migrations/schema-part';
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

/** The table of a resource: from this, every statement on it is made. */
export interface ResourceTable<R extends Resource, Row extends ResourceRow> {
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
  readonly findByKeys: PreparedStatement<KeyRow & (Row | Record<keyof Row, null>)>;
  /** Rows by id. Parameter: the ids, as an array. */
  readonly findAll: PreparedStatement<Row>;
}

/** With the row of the first use beside it, all of whose columns are null where it is gone. */
interface KeyRow {
  readonly _position: number;
  readonly _id: string;
  readonly _claimed_at: Date;
  /** Whether the fingerprint is that of the first use. */
  readonly _same: boolean;
}

/** The statements of a table. */
function statementsOf<R extends Resource, Row extends ResourceRow>({
  name,
  columns,
}: ResourceTable<R, Row>): Statements<Row> {
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
      sql<KeyRow & (Row | Record<keyof Row, null>)>`
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

/** Resources of one kind in Postgres: one statement, and so one transaction, for a batch. */
export class KyselyRepository<R extends Resource, Row extends ResourceRow> implements Repository<R> {
  readonly #database: PostgresPool;
  readonly #table: ResourceTable<R, Row>;
  readonly #statements: Statements<Row>;

  constructor(database: PostgresPool, table: ResourceTable<R, Row>) {
    this.#database = database;
    this.#table = table;
    this.#statements = statementsOf(table);
  }

  async storeBatch(
    submissions: readonly Submission<R>[],
    signal: AbortSignal,
  ): Promise<readonly (Stored<R> | DomainError)[]> {
    const columns = columnsOf(
      this.#table,
      submissions.map(({ resource }) => resource),
    );
    if (submissions.every(({ claim }) => claim === undefined)) {
      await this.#database.run(this.#statements.insert, columns, signal);
      return submissions.map(stored);
    }
    const values = [...columns, ...keysOf(submissions)];
    const { rows } = await this.#database.run(this.#statements.insertWithKeys, values, signal);
    const claimed = new Set(rows.map(({ id }) => id));
    const isStored = ({ claim, resource }: Submission<R>) => claim === undefined || claimed.has(resource.id);
    const replays = await this.#earlier(submissions.filter((submission) => !isStored(submission)));
    return submissions.map((submission) => replays.get(submission) ?? stored(submission));
  }

  async findStored(
    submissions: readonly Submission<R>[],
    signal: AbortSignal,
  ): Promise<readonly (Stored<R> | undefined)[]> {
    const ids = submissions.map(({ resource }) => resource.id);
    const found = new Set((await this.findAll(ids, signal)).map(({ id }) => id));
    return submissions.map((submission) =>
      found.has(submission.resource.id) ? stored(submission) : undefined,
    );
  }

  async findAll(ids: readonly R['id'][], signal: AbortSignal): Promise<readonly R[]> {
    const { rows } = await this.#database.run(this.#statements.findAll, [ids], signal);
    return rows.map(this.#table.toResource);
  }

  /** What earlier submissions with the same keys had stored. A statement of its own: it has to see their commits. */
  async #earlier(
    submissions: readonly Submission<R>[],
  ): Promise<ReadonlyMap<Submission<R>, Stored<R> | DomainError>> {
    if (submissions.length === 0) return new Map();
    const rows = await this.#findByKeys(submissions);
    return new Map(
      submissions.map((submission, index): [Submission<R>, Stored<R> | DomainError] => {
        const row = rows.get(index + 1);
        // Its key has been forgotten in between: the next attempt finds it free.
        if (!row) throw new CommitInDoubt('an idempotency key vanished while it was used');
        if (!row._same)
          return [submission, new IdempotencyKeyReused('the idempotency key belongs to another request')];
        // Where its row is gone, what is sent again is what was sent: the fingerprint is the same.
        const earlier = isThere(row)
          ? this.#table.toResource(row)
          : { ...submission.resource, id: row._id, createdAt: row._claimed_at };
        return [submission, { resource: earlier, replayed: earlier.id !== submission.resource.id }];
      }),
    );
  }

  async #findByKeys(submissions: readonly Submission<R>[]) {
    try {
      const { rows } = await this.#database.run(this.#statements.findByKeys, keysOf(submissions));
      return new Map(rows.map((row) => [row._position, row]));
    } catch (error) {
      throw new CommitInDoubt('the batch is stored, but its repetitions could not be read', { cause: error });
    }
  }
}

/** The longest keys; letter by letter they are not the same. */
const KEYS = ['k'.repeat(IDEMPOTENCY_KEY_MAX_LENGTH), 'K'.repeat(IDEMPOTENCY_KEY_MAX_LENGTH)];

/** What the table brings to the schema. */
export function schemaPartOf<R extends Resource, Row extends ResourceRow>(
  table: ResourceTable<R, Row>,
): SchemaPart {
  const statements = statementsOf(table);
  const texts = Object.values<Column<R>>(table.columns).filter(({ type }) => type === 'text');
  return {
    table: table.name,
    migrations: table.migrations,
    privileges: ['select', 'insert'],
    async tryOut(run: Run): Promise<void> {
      const resources = table.specimens();
      await run(statements.insert, columnsOf(table, resources));
      const rows = await run(statements.findAll, [resources.map(({ id }) => id)]);
      const found = new Map(rows.map((row) => [row.id, table.toResource(row)]));
      for (const resource of resources) {
        const there = found.get(resource.id);
        if (!there) throw new DoesNotFit(String(texts[0]?.value(resource) ?? resource.id), undefined);
        for (const { value } of texts) {
          const given = String(value(resource));
          const back = String(value(there));
          if (back !== given) throw new DoesNotFit(given, back);
        }
      }
    },
    async tryOutKeys(run: Run): Promise<void> {
      const keys = KEYS.map((key) => storedKey({ scope: table.scope, key: key as IdempotencyKey }));
      const resources = keys.map(() => table.specimens()[0]);
      const fingerprints = keys.map(() => 'fingerprint');
      await run(statements.insertWithKeys, [...columnsOf(table, resources), keys, fingerprints]);
      const rows = await run(statements.findByKeys, [keys, fingerprints]);
      const same = new Set(rows.filter((row) => row._same).map((row) => row._position));
      for (const [index, key] of keys.entries())
        if (!same.has(index + 1)) throw new DoesNotFit(key, undefined);
    },
  };
}

/** The values of each column, as an array. */
function columnsOf<R extends Resource, Row extends ResourceRow>(
  { columns }: ResourceTable<R, Row>,
  resources: readonly R[],
): unknown[][] {
  return Object.values<Column<R>>(columns).map(({ value }) => resources.map(value));
}

/** Keys and fingerprints, as arrays. */
function keysOf(submissions: readonly Submission<Resource>[]): (string | null)[][] {
  return [
    submissions.map(({ claim }) => (claim ? storedKey(claim) : null)),
    submissions.map(({ claim }) => claim?.fingerprint ?? null),
  ];
}

function isThere<Row extends ResourceRow>(row: Row | Record<keyof Row, null>): row is Row {
  return row.id !== null;
}

function stored<R extends Resource>({ resource }: Submission<R>): Stored<R> {
  return { resource, replayed: false };
}
