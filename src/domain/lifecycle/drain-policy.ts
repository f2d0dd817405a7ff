import { InvalidDrainPolicy } from '../errors';

/**
 * How the time from the signal to the exit is spent, in milliseconds:
 *
 * ```
 * signal ── delay ── requests (the linger is its least) ── disposal ── exit
 * └──────────────────────────── timeout ───────────────────────────┘
 * ```
 */
export interface DrainPolicy {
  /** From the signal to the exit, everything included. */
  readonly timeoutMs: number;
  /** The listener stays open this long after the signal, `/health` already answering 503. */
  readonly delayMs: number;
  /** How long an idle established connection may still bring a request. */
  readonly lingerMs: number;
  /** When requests must be answered, counted from the signal. */
  readonly requestsByMs: number;
  /** What is kept back for flushing and closing what the requests used. */
  readonly disposalMs: number;
}

/** The part of the budget that is kept for disposal, up to a bound: a pool closes in milliseconds or not at all. */
const DISPOSAL_SHARE = 0.2;
const DISPOSAL_MAX_MS = 1_500;

/**
 * Divides the budget.
 * @throws {InvalidDrainPolicy} naming every rule that is broken, one a line.
 */
export function drainPolicy(settings: { timeoutMs: number; delayMs: number; lingerMs: number }): DrainPolicy {
  const { timeoutMs, delayMs, lingerMs } = settings;
  const faults: string[] = [];
  for (const [name, value] of Object.entries({ timeoutMs, delayMs, lingerMs })) {
    if (!Number.isSafeInteger(value) || value < 0)
      faults.push(`${name} must be a whole number of milliseconds`);
  }
  const disposalMs = Math.min(DISPOSAL_MAX_MS, Math.ceil(timeoutMs * DISPOSAL_SHARE));
  const requestsByMs = timeoutMs - disposalMs;
  if (faults.length === 0 && delayMs + lingerMs > requestsByMs) {
    faults.push(
      `delay (${delayMs} ms), linger (${lingerMs} ms) and disposal (${disposalMs} ms) ` +
        `do not fit into the shutdown timeout (${timeoutMs} ms)`,
    );
  }
  if (faults.length > 0) throw new InvalidDrainPolicy(faults.join('\n'));
  return { timeoutMs, delayMs, lingerMs, requestsByMs, disposalMs };
}

/**
 * When the components of a wave must have stopped, in milliseconds after the signal. The first wave is where the
 * requests are; the later ones divide the disposal time, so that a hang in one leaves the next its own share.
 *
 * A service that had not been ready (`wasReady`) has no requests: waiting until its start has given up may have taken their
 * time, so there all waves divide what comes after it.
 */
export function stopByMs(policy: DrainPolicy, wave: number, waves: number, wasReady = true): number {
  const [share, shares] = wasReady ? [wave, waves - 1] : [wave + 1, waves];
  // Nobody has anything to stop: the rest is for the first one.
  return policy.requestsByMs + (share === 0 ? 0 : (policy.disposalMs * share) / Math.max(1, shares));
}
