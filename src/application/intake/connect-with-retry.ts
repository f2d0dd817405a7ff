import { abortable, pause } from '../abortable';
import { Deadline } from '../lifecycle/deadline';
import type { Log } from '../ports/log';

const FIRST_DELAY_MS = 50;
const MAX_DELAY_MS = 1_000;

/**
 * Calls `connect` until it resolves, with a delay that doubles: a database that is started together with the service
 * is often a few seconds late. Only what may get better by itself is tried again. An attempt that is under way at the end is
 * left to the caller, who has to end it.
 *
 * @throws one readable error, with the last failure as its cause, after `timeoutMs` or at once when it is hopeless.
 */
export async function connectWithRetry(options: {
  connect: () => Promise<void>;
  /** Whether a failure may get better by itself. */
  mayPass: (error: unknown) => boolean;
  timeoutMs: number;
  signal: AbortSignal;
  log: Log;
}): Promise<void> {
  const { connect, mayPass, timeoutMs, signal, log } = options;
  const deadline = Deadline.in(timeoutMs);
  const bound = AbortSignal.any([signal, deadline.signal]);
  let failure: unknown;
  try {
    for (let attempt = 1, delayMs = 0; ; attempt += 1) {
      try {
        if (delayMs > 0) await pause(delayMs, bound);
        return await abortable(connect(), bound);
      } catch (error) {
        signal.throwIfAborted();
        // What is cut off at the bound says less than what failed before it.
        failure = bound.aborted ? (failure ?? new Error(`no answer within ${timeoutMs} ms`)) : error;
        const { code, message } = failure as { code?: string; message?: string };
        if (bound.aborted || !mayPass(failure)) {
          throw new Error(`the database cannot be reached: ${message || code}`, { cause: failure });
        }
        delayMs = Math.min(2 * delayMs || FIRST_DELAY_MS, MAX_DELAY_MS);
        log.warn('the database does not answer yet, trying again', {
          attempt,
          delayMs,
          reason: message || code,
        });
      }
    }
  } finally {
    deadline.clear();
  }
}
