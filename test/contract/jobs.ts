import { setMaxListeners } from 'node:events';
import { UuidJobIds } from '../../src/adapters/system/uuids';
import type { Submission } from '../../src/application/jobs/job-repository';
import { type IdempotencyKey, parseIdempotencyKey } from '../../src/domain/intake/idempotency-key';
import { type Job, parseJobName } from '../../src/domain/jobs/job';

const ids = new UuidJobIds();

/** A job that no other test has. */
export function aJob(name = 'a job', createdAt = new Date('2026-02-03T04:05:06.789Z')): Job {
  return { id: ids.next(), name: parseJobName(name), createdAt };
}

export function aKey(): IdempotencyKey {
  return parseIdempotencyKey(ids.next());
}

export function submission(name?: string, idempotencyKey?: IdempotencyKey): Submission {
  return { job: aJob(name), idempotencyKey };
}

/** An abort controller for any number of submissions; Node would take so many listeners for a leak. */
export function sharedAbort(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}

/** A signal that never aborts. */
export const NEVER = sharedAbort().signal;
