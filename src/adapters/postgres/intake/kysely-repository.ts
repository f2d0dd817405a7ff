import {
  type Repository,
  type Resource,
  type Stored,
  type Submission,
  storedAmong,
} from '../../../application/intake/repository';
import type { DomainError } from '../../../domain/domain-error';
import { CommitInDoubt, IdempotencyKeyReused } from '../../../domain/intake/errors';
import type { PostgresPool } from '../connection/postgres-pool';
import { columnsOf, type FoundByKey, keysOf, type ResourceRow, type ResourceTable } from './resource-table';

/** Resources of one kind in Postgres: one statement, and so one transaction, for a batch. */
export class KyselyRepository<R extends Resource, Row extends ResourceRow> implements Repository<R> {
  readonly #pool: PostgresPool;
  readonly #table: ResourceTable<R, Row>;

  constructor(pool: PostgresPool, table: ResourceTable<R, Row>) {
    this.#pool = pool;
    this.#table = table;
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
      await this.#pool.run(this.#table.statements.insert, columns, signal);
      return submissions.map(stored);
    }
    const values = [...columns, ...keysOf(submissions)];
    const { rows } = await this.#pool.run(this.#table.statements.insertWithKeys, values, signal);
    const claimed = new Set(rows.map(({ id }) => id));
    const isStored = ({ claim, resource }: Submission<R>) => claim === undefined || claimed.has(resource.id);
    const replays = await this.#earlier(submissions.filter((submission) => !isStored(submission)));
    return submissions.map((submission) => replays.get(submission) ?? stored(submission));
  }

  findStored(
    submissions: readonly Submission<R>[],
    signal: AbortSignal,
  ): Promise<readonly (Stored<R> | undefined)[]> {
    return storedAmong(this, submissions, signal);
  }

  async findAll(ids: readonly R['id'][], signal: AbortSignal): Promise<readonly R[]> {
    const { rows } = await this.#pool.run(this.#table.statements.findAll, [ids], signal);
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
        const known = ownRow<Row>(row);
        // Where its row is gone, what is sent again is what was sent: the fingerprint is the same.
        const earlier = known
          ? this.#table.toResource(known)
          : { ...submission.resource, id: row._id, createdAt: row._claimed_at };
        return [submission, { resource: earlier, replayed: earlier.id !== submission.resource.id }];
      }),
    );
  }

  async #findByKeys(submissions: readonly Submission<R>[]) {
    try {
      const { rows } = await this.#pool.run(this.#table.statements.findByKeys, keysOf(submissions));
      return new Map(rows.map((row) => [row._position, row]));
    } catch (error) {
      throw new CommitInDoubt('the batch is stored, but its repetitions could not be read', { cause: error });
    }
  }
}

/** The resource's own columns; undefined where its row is gone. */
function ownRow<Row extends ResourceRow>(row: FoundByKey<Row>): Row | undefined {
  const { _position, _id, _claimed_at, _same, ...own } = row;
  // The compiler does not see that a row without these four is a row again.
  return own.id === null ? undefined : (own as unknown as Row);
}

function stored<R extends Resource>({ resource }: Submission<R>): Stored<R> {
  return { resource, replayed: false };
}
