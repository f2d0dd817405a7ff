import { DataRefused, DomainError, OutcomeUnknown } from '../../domain/errors';
import type { Submission } from '../jobs/job-repository';
import { abortable } from './abortable';
import type { BatchJobRepository, BatchOutcome } from './batch-store';

/** How long to wait before each attempt; after the last one the clients are told that nobody knows. */
const ATTEMPTS_AFTER_MS = [0, 50, 200, 500];

/** An attempt that meets silence lasts until its statement times out; after so long no other is begun. */
const NO_ATTEMPT_AFTER_MS = 5_000;

/**
 * Finds out what became of a batch whose answer was lost: looks the ids up, and stores those that are not there again.
 *
 * That is safe even when the lost statement is still running in the store, waiting for a lock say: whichever of the
 * two commits second finds the ids taken, and changes nothing.
 *
 * @throws {OutcomeUnknown} when the store does not answer; each of the rows may or may not exist then.
 * @throws {DataRefused} when the store will not take one of the rows that are missing.
 */
export async function resolveDoubt(
  store: BatchJobRepository,
  submissions: readonly Submission[],
  signal: AbortSignal,
): Promise<readonly BatchOutcome[]> {
  const began = performance.now();
  let failure: unknown;
  for (const delayMs of ATTEMPTS_AFTER_MS) {
    if (performance.now() - began > NO_ATTEMPT_AFTER_MS) break;
    try {
      await abortable(delay(delayMs), signal);
      return await lookUpAndStoreMissing(store, submissions, signal);
    } catch (error) {
      failure = error;
      if (signal.aborted) break;
      if (error instanceof DataRefused || !(error instanceof DomainError)) throw error;
    }
  }
  throw new OutcomeUnknown('whether the jobs are stored could not be found out', { cause: failure });
}

async function lookUpAndStoreMissing(
  store: BatchJobRepository,
  submissions: readonly Submission[],
  signal: AbortSignal,
): Promise<readonly BatchOutcome[]> {
  const ids = submissions.map(({ job }) => job.id);
  const found = new Set((await store.findAll(ids, signal)).map(({ id }) => id));
  const missing = submissions.filter(({ job }) => !found.has(job.id));
  const stored = missing.length > 0 ? await store.storeBatch(missing, signal) : [];
  const outcomes = new Map(missing.map((submission, index) => [submission, stored[index] as BatchOutcome]));
  return submissions.map(
    (submission) => outcomes.get(submission) ?? { job: submission.job, replayed: false },
  );
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
