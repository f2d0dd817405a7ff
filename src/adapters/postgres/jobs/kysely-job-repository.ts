import type { BatchJobRepository, BatchOutcome } from '../../../application/intake/batch-store';
import type { StoredJob, Submission } from '../../../application/jobs/job-repository';
import {
  CommitInDoubt,
  IdempotencyKeyReused,
  OutcomeUnknown,
  StoreUnavailable,
} from '../../../domain/errors';
import type { Job, JobId, JobName } from '../../../domain/jobs/job';
import type { PostgresDatabase } from '../connection/postgres-database';
import { FIND_BY_KEYS, FIND_JOBS, INSERT_JOBS, INSERT_JOBS_WITH_KEYS } from '../intake/statements';

interface JobRow {
  readonly id: string;
  readonly name: string;
  readonly created_at: Date;
}

interface KeyRow {
  readonly position: number;
  readonly id: string;
  readonly created_at: Date;
  readonly same: boolean;
}

/** Jobs in Postgres: one statement, and so one transaction, for a batch. */
export class KyselyJobRepository implements BatchJobRepository {
  readonly #database: PostgresDatabase;

  constructor(database: PostgresDatabase) {
    this.#database = database;
  }

  async store(submission: Submission, signal: AbortSignal): Promise<StoredJob> {
    const [outcome] = await this.storeBatch([submission], signal).catch(inDoubt(OutcomeUnknown));
    if (outcome === undefined) throw new Error('a batch of one has no outcome');
    if (outcome instanceof IdempotencyKeyReused) throw outcome;
    return outcome;
  }

  async storeBatch(
    submissions: readonly Submission[],
    signal: AbortSignal,
  ): Promise<readonly BatchOutcome[]> {
    const ids = submissions.map(({ job }) => job.id);
    const names = submissions.map(({ job }) => job.name);
    const times = submissions.map(({ job }) => job.createdAt);
    if (submissions.every(({ idempotencyKey }) => idempotencyKey === undefined)) {
      await this.#database.run(INSERT_JOBS, [ids, names, times], signal);
      return submissions.map(stored);
    }
    const keys = submissions.map(({ idempotencyKey }) => idempotencyKey ?? null);
    const { rows } = await this.#database.run<{ id: string }>(
      INSERT_JOBS_WITH_KEYS,
      [ids, names, times, keys],
      signal,
    );
    const claimed = new Set<string>(rows.map(({ id }) => id));
    const isStored = ({ idempotencyKey, job }: Submission) =>
      idempotencyKey === undefined || claimed.has(job.id);
    const replays = await this.#earlier(submissions.filter((submission) => !isStored(submission)));
    return submissions.map((submission) => replays.get(submission) ?? stored(submission));
  }

  async find(id: JobId, signal: AbortSignal): Promise<Job | undefined> {
    const [job] = await this.findAll([id], signal);
    return job;
  }

  async findAll(ids: readonly JobId[], signal: AbortSignal): Promise<readonly Job[]> {
    const { rows } = await this.#database
      .run<JobRow>(FIND_JOBS, [ids], signal)
      .catch(inDoubt(StoreUnavailable));
    return rows.map(toJob);
  }

  /** What earlier submissions with the same keys had stored. A statement of its own: it has to see their commits. */
  async #earlier(submissions: readonly Submission[]): Promise<ReadonlyMap<Submission, BatchOutcome>> {
    if (submissions.length === 0) return new Map();
    const rows = await this.#findByKeys(submissions);
    return new Map(
      submissions.map((submission, index) => {
        const row = rows.get(index + 1);
        // Its key has been forgotten in between: the next attempt finds it free.
        if (!row) throw new CommitInDoubt('an idempotency key vanished while it was used');
        return [submission, earlierOutcome(submission, row)];
      }),
    );
  }

  async #findByKeys(submissions: readonly Submission[]): Promise<ReadonlyMap<number, KeyRow>> {
    const keys = submissions.map(({ idempotencyKey }) => idempotencyKey);
    const names = submissions.map(({ job }) => job.name);
    try {
      const { rows } = await this.#database.run<KeyRow>(FIND_BY_KEYS, [keys, names]);
      return new Map(rows.map((row) => [row.position, row]));
    } catch (error) {
      throw new CommitInDoubt('the batch is stored, but its repetitions could not be read', { cause: error });
    }
  }
}

/** Only a batch tells of doubt: about a read there is none, and after a single store nobody looks into it. */
function inDoubt(Thrown: typeof OutcomeUnknown | typeof StoreUnavailable): (error: unknown) => never {
  return (error) => {
    throw error instanceof CommitInDoubt ? new Thrown(error.message, { cause: error }) : error;
  };
}

function earlierOutcome({ job }: Submission, row: KeyRow): BatchOutcome {
  if (!row.same) return new IdempotencyKeyReused('the idempotency key belongs to another request');
  const earlier: Job = { id: row.id as JobId, name: job.name, createdAt: row.created_at };
  return { job: earlier, replayed: earlier.id !== job.id };
}

function stored({ job }: Submission): StoredJob {
  return { job, replayed: false };
}

/** Rows come from this service, so their values are not checked again. */
function toJob(row: JobRow): Job {
  return { id: row.id as JobId, name: row.name as JobName, createdAt: row.created_at };
}
