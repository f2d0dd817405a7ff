import { setTimeout as sleep } from 'node:timers/promises';
import { abortable } from '../../application/abortable';
import type { Log } from '../../application/ports/log';

const FIRST_DELAY_MS = 50;
const MAX_DELAY_MS = 1_000;

/** SQLSTATE codes that waiting does not mend: the credentials are wrong. */
const HOPELESS = ['28P01', '28000'];

/**
 * Calls `connect` until it resolves, with a delay that doubles: a database that is started together with the service
 * is often a few seconds late.
 *
 * @throws one readable error, with the last failure as its cause, after `timeoutMs` or at once when it is hopeless.
 */
export async function connectWithRetry(options: {
  connect: () => Promise<void>;
  timeoutMs: number;
  signal: AbortSignal;
  log: Log;
}): Promise<void> {
  const { connect, timeoutMs, signal, log } = options;
  const giveUpAt = performance.now() + timeoutMs;
  for (
    let attempt = 1, delayMs = FIRST_DELAY_MS;
    ;
    attempt += 1, delayMs = Math.min(2 * delayMs, MAX_DELAY_MS)
  ) {
    try {
      return await abortable(connect(), signal);
    } catch (error) {
      signal.throwIfAborted();
      const { code, message } = error as { code?: string; message?: string };
      const remainingMs = giveUpAt - performance.now();
      if (HOPELESS.includes(code ?? '') || remainingMs <= 0) {
        throw new Error(`the database cannot be reached: ${message || code}`, { cause: error });
      }
      log.warn('the database does not answer yet, trying again', {
        attempt,
        delayMs,
        reason: message || code,
      });
      await sleep(Math.min(delayMs, remainingMs), undefined, { signal });
    }
  }
}
