import { InvalidDrainPolicy } from './errors';

/**
 * What no setting changes of how the time from the signal to the exit is spent; in milliseconds, but for shares of the whole.
 * docs/architecture.md shows it as a table.
 */
export const TIME_BUDGET = {
  /** The part that is kept back for disposal, and its bound: a pool closes in milliseconds or not at all. */
  disposalShare: 0.2,
  disposalMaxMs: 1_500,
  /** The end of the requests' time, and its bound, in which cancelled requests may still be answered. */
  cancelGraceShare: 0.2,
  cancelGraceMaxMs: 500,
  /** Before a pool's deadline: what still runs in the database is cancelled; a cut alone would let it run on there. */
  cancelStatementsMs: 250,
  /** A component stops itself at its deadline; it is left behind a moment later, so that it can still say what it forced. */
  overrunGraceMs: 50,
  /** Before the listener closes: handshakes under way, accepting where descriptors are short, and, without the kernel, quiet. */
  handshakesMs: 250,
  acceptQueueMs: 1_000,
  quietMs: 250,
  /** Before the embedded Postgres' deadline: what has not ended is ended by force. */
  endPostgresMs: 500,
  /** How long the last spans may hold up the exit: the SDK tries an unreachable collector again for many seconds. */
  lastSpansMs: 1_000,
  /** How long a scrape of the metrics that is under way may hold up the stop. A lost scrape is no lost work. */
  lastScrapeMs: 100,
  /** How long the last line may wait for a reader that has stalled; and of that, at a forced exit, the database. */
  lastLineMs: 250,
  abandonMs: 200,
} as const;

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
  const disposalMs = Math.min(TIME_BUDGET.disposalMaxMs, Math.ceil(timeoutMs * TIME_BUDGET.disposalShare));
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
 * When the components of each wave must have stopped, in milliseconds after the signal. The first wave is where the requests
 * are; the later ones have the disposal time, so that a hang in one leaves the next its own part: as long as the slowest of
 * them says that its stop may take, and an equal part of the rest. A service that had not been ready (`wasReady`) has no
 * requests: waiting until its start has given up may have taken their time, so there all waves divide what comes after it.
 *
 * @param statedMs for each wave, how long the slowest of it says that it may take; undefined where one says nothing.
 *   A wave in which nothing has to be stopped is not in it.
 */
export function stopByMs(
  policy: DrainPolicy,
  statedMs: readonly (number | undefined)[],
  wasReady = true,
): readonly number[] {
  const { requestsByMs, disposalMs } = policy;
  const disposing = wasReady ? statedMs.slice(1) : statedMs;
  const equalMs = disposalMs / Math.max(1, disposing.length);
  const stated = disposing.reduce((sum: number, ms) => sum + (ms ?? 0), 0);
  const silent = disposing.filter((ms) => ms === undefined).length;
  // Who says nothing has the rest, and where more is said than leaves an equal part, that: then everybody gets less.
  const silentMs = Math.max(equalMs, (disposalMs - stated) / Math.max(1, silent));
  const wanted = stated + silent * silentMs;
  const scale = wanted > disposalMs ? disposalMs / wanted : 1;
  let at = requestsByMs;
  const ends = disposing.map((ms) => {
    at += (ms ?? silentMs) * scale;
    return at;
  });
  return wasReady && statedMs.length > 0 ? [requestsByMs, ...ends] : ends;
}
