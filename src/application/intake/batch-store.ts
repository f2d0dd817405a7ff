import type { IdempotencyKeyReused } from '../../domain/errors';
import type { Job, JobId } from '../../domain/jobs/job';
import type { JobRepository, StoredJob, Submission } from '../jobs/job-repository';

/** What became of one submission of a batch whose transaction has committed. */
export type BatchOutcome = StoredJob | IdempotencyKeyReused;

/**
 * A {@link JobRepository} that can store many jobs in one transaction.
 *
 * `storeBatch` resolves after the commit, with one outcome for each submission, in their order. When it rejects,
 * nothing of the batch was stored:
 *
 * @throws {SubmissionCancelled} `signal` aborted first.
 * @throws {StoreUnavailable} there was no connection to be had, or the store gave up in time.
 * @throws {DataRefused} the store will not take one of the rows; which one is not known.
 * @throws {CommitInDoubt} the exception: the connection was lost after the statement went out.
 */
export interface BatchJobRepository extends JobRepository {
  storeBatch(submissions: readonly Submission[], signal: AbortSignal): Promise<readonly BatchOutcome[]>;
  /** Those of `ids` that are in the store. Throws as `find` does. */
  findAll(ids: readonly JobId[], signal: AbortSignal): Promise<readonly Job[]>;
}
