import type { BatchJobRepository, BatchOutcome } from '../../application/ports/batch-job-repository';
import type { StoredJob, Submission } from '../../application/ports/job-repository';
import { IdempotencyKeyReused, SubmissionCancelled } from '../../domain/errors';
import type { Job, JobId } from '../../domain/job';

/** Jobs in memory, gone with the process. Keeps and hands out copies, so that nobody changes a row by reference. */
export class InMemoryJobRepository implements BatchJobRepository {
  readonly #jobs = new Map<JobId, Job>();
  readonly #jobIdsByKey = new Map<string, JobId>();

  async store(submission: Submission, signal: AbortSignal): Promise<StoredJob> {
    const [outcome] = await this.storeBatch([submission], signal);
    if (outcome === undefined) throw new Error('a batch of one has no outcome');
    if (outcome instanceof IdempotencyKeyReused) throw outcome;
    return outcome;
  }

  async storeBatch(
    submissions: readonly Submission[],
    signal: AbortSignal,
  ): Promise<readonly BatchOutcome[]> {
    if (signal.aborted) throw new SubmissionCancelled('cancelled before it was stored');
    return submissions.map((submission) => this.#storeOne(submission));
  }

  async find(id: JobId): Promise<Job | undefined> {
    const job = this.#jobs.get(id);
    return job && copy(job);
  }

  async findAll(ids: readonly JobId[]): Promise<readonly Job[]> {
    return ids.flatMap((id) => this.#jobs.get(id) ?? []).map(copy);
  }

  #storeOne({ job, idempotencyKey }: Submission): BatchOutcome {
    const earlier = idempotencyKey && this.#jobs.get(this.#jobIdsByKey.get(idempotencyKey) as JobId);
    if (earlier && earlier.name !== job.name) {
      return new IdempotencyKeyReused('the idempotency key belongs to another request');
    }
    if (earlier) return { job: copy(earlier), replayed: earlier.id !== job.id };
    if (!this.#jobs.has(job.id)) this.#jobs.set(job.id, copy(job));
    if (idempotencyKey) this.#jobIdsByKey.set(idempotencyKey, job.id);
    return { job: copy(job), replayed: false };
  }
}

function copy(job: Job): Job {
  return { ...job, createdAt: new Date(job.createdAt) };
}
