import { setTimeout as sleep } from 'node:timers/promises';
import { SubmissionCancelled } from '../../../domain/intake/errors';
import { isConflict } from './errors';

/** Before each further attempt: sent at once, it may take the same lock before the other transaction does, and lose again. */
const PAUSES_MS = [20, 100];

/**
 * Sends a statement again that was sacrificed to another transaction (a deadlock's victim), twice at the most; or that has
 * failed otherwise as `isToRepeat` says.
 * @throws {SubmissionCancelled} `signal` has aborted since; rolled back.
 */
export async function retryConflicts<T>(
  attempt: () => Promise<T>,
  signal?: AbortSignal,
  isToRepeat: (error: unknown) => boolean = isConflict,
): Promise<T> {
  for (const pauseMs of PAUSES_MS) {
    try {
      return await attempt();
    } catch (error) {
      if (!isToRepeat(error)) throw error;
      await sleep(pauseMs);
      if (signal?.aborted) {
        throw new SubmissionCancelled('cancelled before the statement was sent again', { cause: error });
      }
    }
  }
  return attempt();
}
