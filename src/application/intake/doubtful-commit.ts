import { DomainError } from '../../domain/domain-error';
import { DataRefused, OutcomeUnknown } from '../../domain/intake/errors';
import { pause } from '../abortable';
import type { BatchStore } from './repository';

/** How long to wait before each attempt; after the last one the clients are told that nobody knows. */
const ATTEMPTS_AFTER_MS = [0, 50, 200, 500];

/** An attempt that meets silence lasts until its statement times out; after so long no other is begun. */
const NO_ATTEMPT_AFTER_MS = 5_000;

/**
 * Finds out what became of a batch whose answer was lost: looks it up, and stores what is not there again.
 *
 * That is safe even when the lost statement is still running in the store, waiting for a lock say: whichever of the
 * two commits second finds the ids taken, and changes nothing.
 *
 * @throws {OutcomeUnknown} when the store does not answer; each of the rows may or may not exist then.
 * @throws {DataRefused} when the store will not take one of the rows that are missing.
 */
export async function resolveDoubt<Submitted, Result>(
  store: BatchStore<Submitted, Result>,
  submissions: readonly Submitted[],
  signal: AbortSignal,
): Promise<readonly (Result | DomainError)[]> {
  const began = performance.now();
  let failure: unknown;
  for (const delayMs of ATTEMPTS_AFTER_MS) {
    if (performance.now() - began > NO_ATTEMPT_AFTER_MS) break;
    try {
      await pause(delayMs, signal);
      return await lookUpAndStoreMissing(store, submissions, signal);
    } catch (error) {
      failure = error;
      if (signal.aborted) break;
      if (error instanceof DataRefused || !(error instanceof DomainError)) throw error;
    }
  }
  throw new OutcomeUnknown('whether the rows are stored could not be found out', { cause: failure });
}

async function lookUpAndStoreMissing<Submitted, Result>(
  store: BatchStore<Submitted, Result>,
  submissions: readonly Submitted[],
  signal: AbortSignal,
): Promise<readonly (Result | DomainError)[]> {
  const found = await store.findStored(submissions, signal);
  const missing = submissions.filter((_, index) => found[index] === undefined);
  const stored = missing.length > 0 ? await store.storeBatch(missing, signal) : [];
  const rest = stored.values();
  return found.map((result) => result ?? outcomeOf(rest));
}

function outcomeOf<Outcome>(outcomes: IterableIterator<Outcome>): Outcome {
  const { value, done } = outcomes.next();
  if (done) throw new Error('the store returned too few outcomes');
  return value;
}
