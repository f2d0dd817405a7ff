import { SubmissionCancelled } from '../../domain/intake/errors';
import { pause } from '../abortable';

/** Before each further attempt: sent at once, it may take the same lock before the other transaction does, and lose again. */
const PAUSES_MS = [20, 100];

/**
 * Sends a statement again that was rolled back for a reason that `isToRepeat` knows, twice at the most: it was sacrificed to
 * another transaction, as a deadlock's victim, say.
 * @throws {SubmissionCancelled} `signal` has aborted since; rolled back.
 */
export async function retryConflicts<T>(
  attempt: () => Promise<T>,
  isToRepeat: (error: unknown) => boolean,
  signal?: AbortSignal,
): Promise<T> {
  for (const pauseMs of PAUSES_MS) {
    try {
      return await attempt();
    } catch (error) {
      if (!isToRepeat(error)) throw error;
      await pause(pauseMs);
      if (signal?.aborted) {
        throw new SubmissionCancelled('cancelled before the statement was sent again', { cause: error });
      }
    }
  }
  return attempt();
}
