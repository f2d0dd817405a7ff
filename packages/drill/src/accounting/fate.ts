import type { Observation } from './observation';

/** Everything that can become of a request, in the order in which tables show it. The README has the definitions. */
export const FATES = [
  'acknowledged',
  'arrived',
  'answered',
  'rejected',
  'refused',
  'withheld',
  'unknown',
  'lost',
  'phantom',
  'missing',
  'failed',
] as const;

export type Fate = (typeof FATES)[number];

/** The fates that a server must never cause. One of them fails the trial. */
export const FAULTS: readonly Fate[] = ['unknown', 'lost', 'phantom', 'missing', 'failed'];

export function isFault(fate: Fate): boolean {
  return FAULTS.includes(fate);
}

/** The moments of a trial that decide what a probe should be told, on the observations' clock. */
export interface Moments {
  readonly signalledAt: number;
  /** When a client first read a 503, or was refused, after the signal: from then on the server knows. Null if never. */
  readonly drainSeenAt: number | null;
  /** When the grace period of a server that had to be killed was over; null when it has ended by itself. */
  readonly killedAt: number | null;
}

/** A fate, and for an answer that was not right what was wrong with it. */
export interface Judgement {
  readonly fate: Fate;
  readonly reason?: string;
}

/** Where nothing was seen of a drain, a probe sent this much after the signal should have been told. */
export const UNSEEN_DRAIN_MS = 2000;

/**
 * The fate of one request.
 *
 * @param effects how many carry its id, counted after the server has gone; null when nobody could tell
 * @param mayRefuse whether a clean no is a right answer
 */
export function fateOf(
  seen: Observation,
  effects: number | null,
  moments: Moments,
  mayRefuse = true,
): Judgement {
  if (seen.kind === 'probe') return fateOfProbe(seen, moments);
  if (seen.kind === 'stream') return fateOfStream(seen, moments);
  const isDone = effects !== null && effects > 0;
  if (seen.answeredAt === null) return { fate: fateOfUnanswered(seen, effects) };
  if (seen.mismatch === null) return { fate: effects === 0 ? 'missing' : 'acknowledged' };
  if (seen.isStatusRight) return { fate: effects === 0 ? 'missing' : 'failed', reason: seen.mismatch };
  if (isDone) return { fate: 'phantom', reason: seen.mismatch };
  if (!isCleanRejection(seen.status)) return { fate: 'failed', reason: seen.mismatch };
  return mayRefuse
    ? { fate: 'rejected' }
    : { fate: 'failed', reason: `${seen.mismatch}, where every request can be carried out` };
}

function fateOfUnanswered(seen: Observation, effects: number | null): Fate {
  if (effects !== null && effects > 0) return seen.expectsAnswer ? 'phantom' : 'arrived';
  if (seen.bytesWritten === 0 || seen.unprocessed) return 'refused';
  if (seen.withheld) return 'withheld';
  return effects === null ? 'unknown' : 'lost';
}

/** By cause, not by a bound in ms: a machine that is short of CPU may deliver the signal late. */
function fateOfProbe(seen: Observation, { signalledAt, drainSeenAt }: Moments): Judgement {
  if (seen.answeredAt === null) return { fate: seen.bytesWritten === 0 ? 'refused' : 'lost' };
  if (seen.status === 503)
    return seen.answeredAt >= signalledAt
      ? { fate: 'answered' }
      : { fate: 'failed', reason: 'answered 503 before the signal' };
  if (seen.status === 408) return { fate: 'rejected' };
  if (!seen.isStatusRight) return { fate: 'failed', reason: seen.mismatch ?? '' };
  const isStale = (seen.firstByteAt ?? 0) > (drainSeenAt ?? signalledAt + UNSEEN_DRAIN_MS);
  if (!isStale) return { fate: 'answered' };
  return { fate: 'failed', reason: `answered ${seen.status}, ready, when others had seen that it stops` };
}

/** The kernel ends a dead process's connections as if it had done so itself, and timers may come a little early. */
export const JUST_BEFORE_KILL_MS = 5;

/**
 * A stream has no effect; what it owes is an end of its own, by which a client can tell it from a broken connection. Before
 * the signal nothing else than a right answer will do: a path that does not exist would pass for a refusal.
 */
function fateOfStream(seen: Observation, { signalledAt, killedAt }: Moments): Judgement {
  if (seen.answeredAt === null) return { fate: seen.bytesWritten === 0 ? 'refused' : 'lost' };
  if (killedAt !== null && seen.answeredAt > killedAt - JUST_BEFORE_KILL_MS)
    return { fate: 'lost', reason: 'open until the server was killed' };
  if (seen.mismatch === null) return { fate: 'answered' };
  const isRefusal = isCleanRejection(seen.status) && seen.answeredAt >= signalledAt;
  return isRefusal ? { fate: 'rejected' } : { fate: 'failed', reason: seen.mismatch };
}

/** 503 and every 4xx tell the client plainly that nothing was done (RFC 9110, 15.5 and 15.6.4). */
export function isCleanRejection(status: number | null): boolean {
  return status === 503 || (status !== null && status >= 400 && status < 500);
}
