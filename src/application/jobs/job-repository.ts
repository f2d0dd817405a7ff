import type { IdempotencyKey } from '../../domain/intake/idempotency-key';
import type { Job, JobId } from '../../domain/jobs/job';

/** A job to be stored, and the key under which its sender may send it again. */
export interface Submission {
  readonly job: Job;
  readonly idempotencyKey?: IdempotencyKey | undefined;
}

/** A job that is in the store. */
export interface StoredJob {
  readonly job: Job;
  /** True when an earlier submission with the same key had stored it: `job` is the earlier one, its id included. */
  readonly replayed: boolean;
}

/**
 * Where jobs are kept.
 *
 * `store` resolves after the commit, never before. Storing a job whose id is there already is a repetition and
 * leaves the row as it is, so a submission may be sent again after a failure.
 *
 * With an idempotency key, exactly one of any number of concurrent submissions is stored; the others resolve with
 * that one's job when the name is the same. The key is stored with the row or not at all.
 *
 * @throws {IdempotencyKeyReused} the key belongs to a job with another name; nothing was stored.
 * @throws {SubmissionCancelled} `signal` aborted and the row is not, and will not be, in the store. When the commit
 *   had won the race, `store` resolves all the same.
 * @throws {StoreOverloaded} nothing was stored.
 * @throws {StoreUnavailable} nothing was stored.
 * @throws {DataRefused} nothing was stored.
 * @throws {OutcomeUnknown} the store did not answer. After this one alone the row may or may not exist.
 */
export interface JobRepository {
  store(submission: Submission, signal: AbortSignal): Promise<StoredJob>;
  /**
   * The job, or undefined when there is none with this id. Throws {@link StoreUnavailable}, {@link StoreOverloaded}, or
   * {@link SubmissionCancelled} when `signal` has aborted.
   */
  find(id: JobId, signal: AbortSignal): Promise<Job | undefined>;
}
