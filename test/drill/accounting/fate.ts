import { target } from '../target';
import type { Observation } from './observation';

/** Everything that can become of a request, in the order in which tables show it. docs/drill.md has the definitions. */
export const FATES = [
  'acknowledged',
  'answered',
  'rejected',
  'refused',
  'withheld',
  'lost',
  'phantom',
  'missing',
  'failed',
] as const;

export type Fate = (typeof FATES)[number];

/** The fates that a server must never cause. One of them fails the trial. */
export const FAULTS: readonly Fate[] = ['lost', 'phantom', 'missing', 'failed'];

export function isFault(fate: Fate): boolean {
  return FAULTS.includes(fate);
}

/** The moments of a trial that decide what a probe should be told, on the observations' clock. */
export interface Moments {
  readonly signalledAt: number;
  /** When a client first read a 503, or was refused, after the signal: from then on the server knows. Null if never. */
  readonly drainSeenAt: number | null;
}

/** Where nothing was seen of a drain, a probe sent this much after the signal should have been told. */
export const UNSEEN_DRAIN_MS = 2000;

/**
 * The fate of one request.
 *
 * @param rows how many rows carry its name, counted after the server and its last database session have gone
 * @param mayRefuse whether a clean no is a right answer to a job
 */
export function fateOf(seen: Observation, rows: number, moments: Moments, mayRefuse = true): Fate {
  if (seen.kind === 'health') return fateOfProbe(seen, moments);
  if (seen.answeredAt === null) return fateOfUnanswered(seen, rows);
  if (seen.status === 201) return fateOfCreated(seen, rows);
  if (rows > 0) return 'phantom';
  return mayRefuse && isCleanRejection(seen.status) ? 'rejected' : 'failed';
}

function fateOfUnanswered(seen: Observation, rows: number): Fate {
  if (rows > 0) return 'phantom';
  if (seen.bytesWritten === 0) return 'refused';
  return seen.withheld ? 'withheld' : 'lost';
}

function fateOfCreated(seen: Observation, rows: number): Fate {
  if (rows === 0) return 'missing';
  return namesTheJob(seen) ? 'acknowledged' : 'failed';
}

/** By cause, not by a bound in ms: a machine that is short of CPU may deliver the signal late. */
function fateOfProbe(seen: Observation, { signalledAt, drainSeenAt }: Moments): Fate {
  if (seen.answeredAt === null) return seen.bytesWritten === 0 ? 'refused' : 'lost';
  if (seen.status === 503) return seen.answeredAt >= signalledAt ? 'answered' : 'failed';
  if (seen.status === 408) return 'rejected';
  const isStale = (seen.firstByteAt ?? 0) > (drainSeenAt ?? signalledAt + UNSEEN_DRAIN_MS);
  return seen.status === 200 && !isStale ? 'answered' : 'failed';
}

/** 503 and every 4xx tell the client plainly that nothing was done (RFC 9110, 15.5 and 15.6.4). */
function isCleanRejection(status: number | null): boolean {
  return status === 503 || (status !== null && status >= 400 && status < 500);
}

function namesTheJob(seen: Observation): boolean {
  try {
    const body: unknown = JSON.parse(seen.body ?? '');
    if (typeof body !== 'object' || body === null) return false;
    const { id, [target.field]: name } = body as Record<string, unknown>;
    return typeof id === 'string' && name === seen.name;
  } catch {
    return false;
  }
}
