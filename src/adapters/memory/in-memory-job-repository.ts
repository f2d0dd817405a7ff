import type { BatchJobRepository, BatchOutcome } from '../../application/intake/batch-store';
import type { IdempotencyKeys } from '../../application/intake/idempotency-keys';
import type { StoredJob, Submission } from '../../application/jobs/job-repository';
import type { Clock } from '../../application/ports/clock';
import { IdempotencyKeyReused, SubmissionCancelled } from '../../domain/errors';
import type { Job, JobId } from '../../domain/jobs/job';

/** Jobs in memory, gone with the process. Keeps and hands out copies, so that nobody changes a row by reference. */
export class InMemoryJobRepository implements BatchJobRepository, IdempotencyKeys {
  readonly #jobs = new Map<JobId, Job>();
  readonly #clock: Clock;
  /** In the order of their first use, as a Map keeps it. */
  readonly #keys = new Map<string, { readonly jobId: JobId; readonly usedAt: Date }>();

  /** @param clock by which keys age */
  constructor(clock: Clock = { now: () => new Date() }) {
    this.#clock = clock;
  }

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

  async find(id: JobId, signal: AbortSignal): Promise<Job | undefined> {
    const [job] = await this.findAll([id], signal);
    return job;
  }

  async findAll(ids: readonly JobId[], signal: AbortSignal): Promise<readonly Job[]> {
    if (signal.aborted) throw new SubmissionCancelled('cancelled before it was looked for');
    return ids.flatMap((id) => this.#jobs.get(id) ?? []).map(copy);
  }

  async forget(ageMs: number, limit: number, signal: AbortSignal): Promise<number> {
    if (signal.aborted) throw new SubmissionCancelled('cancelled before anything was forgotten');
    const cutoff = this.#clock.now().getTime() - ageMs;
    const old = [...this.#keys].filter(([, { usedAt }]) => usedAt.getTime() < cutoff).slice(0, limit);
    for (const [key] of old) this.#keys.delete(key);
    return old.length;
  }

  #storeOne({ job, idempotencyKey }: Submission): BatchOutcome {
    const known = idempotencyKey && this.#keys.get(idempotencyKey);
    const earlier = known && this.#jobs.get(known.jobId);
    if (earlier && earlier.name !== job.name) {
      return new IdempotencyKeyReused('the idempotency key belongs to another request');
    }
    if (earlier) return { job: copy(earlier), replayed: earlier.id !== job.id };
    if (!this.#jobs.has(job.id)) this.#jobs.set(job.id, copy(job));
    if (idempotencyKey) this.#keys.set(idempotencyKey, { jobId: job.id, usedAt: this.#clock.now() });
    return { job: copy(job), replayed: false };
  }
}

function copy(job: Job): Job {
  return { ...job, createdAt: new Date(job.createdAt) };
}
