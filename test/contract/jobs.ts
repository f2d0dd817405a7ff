import { setMaxListeners } from 'node:events';
import { Uuids } from '../../src/adapters/system/uuids';
import { BatchReader } from '../../src/application/intake/batch-reader';
import { BatchWriter, type BatchWriterSettings } from '../../src/application/intake/batch-writer';
import type { Repository, Stored, Submission } from '../../src/application/intake/repository';
import { type IdempotencyKey, parseIdempotencyKey } from '../../src/domain/intake/idempotency-key';
import { JOB_SCOPE, type Job, type JobId, jobFingerprint, parseJobName } from '../../src/domain/jobs/job';

const ids = new Uuids();

/** A job that no other test has. */
export function aJob(name = 'a job', createdAt = new Date('2026-02-03T04:05:06.789Z')): Job {
  return { id: ids.next() as JobId, name: parseJobName(name), createdAt };
}

export function aKey(): IdempotencyKey {
  return parseIdempotencyKey(ids.next());
}

export function submission(name?: string, key?: IdempotencyKey): Submission<Job> {
  return submissionOf(aJob(name), key);
}

export function submissionOf(job: Job, key?: IdempotencyKey): Submission<Job> {
  return { resource: job, claim: key && { scope: JOB_SCOPE, key, fingerprint: jobFingerprint(job) } };
}

/** How jobs get into a store, and out of it again. */
export interface JobIntake {
  store(submission: Submission<Job>, signal: AbortSignal): Promise<Stored<Job>>;
  find(id: JobId, signal: AbortSignal): Promise<Job | undefined>;
}

/** Small batches, so that they do fill and wait. */
export const SMALL_BATCHES: BatchWriterSettings = {
  batchMax: 4,
  concurrency: 2,
  queueMax: 1_000,
  waitMaxMs: 30_000,
};

/** Each submission in a statement of its own, as many at once as there are. */
export const ONE_BY_ONE: BatchWriterSettings = { ...SMALL_BATCHES, batchMax: 1, concurrency: 100 };

/** A writer and a reader over `repository`, as in the service. */
export function intakeOver(
  repository: Repository<Job>,
  settings: BatchWriterSettings = ONE_BY_ONE,
): JobIntake & Repository<Job> & { readonly writer: BatchWriter<Submission<Job>, Stored<Job>> } {
  const writer = new BatchWriter('test-writer', repository, settings);
  const reader = new BatchReader<Job>(repository, settings.queueMax);
  return {
    writer,
    storeBatch: (submissions, signal) => repository.storeBatch(submissions, signal),
    findStored: (submissions, signal) => repository.findStored(submissions, signal),
    findAll: (ids, signal) => repository.findAll(ids, signal),
    store: (submission, signal) => writer.write(submission, signal),
    find: (id, signal) => reader.find(id, signal),
  };
}

/** An abort controller for any number of submissions; Node would take so many listeners for a leak. */
export function sharedAbort(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}

/** A signal that never aborts. */
export const NEVER = sharedAbort().signal;
