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

/** A probe that is sent this much after the signal, and is answered 200, was answered by a server that did not know. */
export const HEALTH_GRACE_MS = 250;

/**
 * The fate of one request.
 *
 * @param rows how many rows carry its name, counted after the server and its last database session have gone
 * @param signalledAt when the signal was sent, on the observation's clock
 */
export function fateOf(seen: Observation, rows: number, signalledAt: number): Fate {
  if (seen.kind === 'health') return fateOfProbe(seen, signalledAt);
  if (seen.answeredAt === null) return fateOfUnanswered(seen, rows);
  if (seen.status === 201) return fateOfCreated(seen, rows);
  if (rows > 0) return 'phantom';
  return isCleanRejection(seen.status) ? 'rejected' : 'failed';
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

function fateOfProbe(seen: Observation, signalledAt: number): Fate {
  if (seen.answeredAt === null) return seen.bytesWritten === 0 ? 'refused' : 'lost';
  if (seen.status === 503)
    return (seen.firstByteAt ?? 0) >= signalledAt - HEALTH_GRACE_MS ? 'answered' : 'failed';
  if (seen.status === 408) return 'rejected';
  const stale = (seen.firstByteAt ?? 0) > signalledAt + HEALTH_GRACE_MS;
  return seen.status === 200 && !stale ? 'answered' : 'failed';
}

/** 503 and every 4xx tell the client plainly that nothing was done (RFC 9110, 15.5 and 15.6.4). */
function isCleanRejection(status: number | null): boolean {
  return status === 503 || (status !== null && status >= 400 && status < 500);
}

function namesTheJob(seen: Observation): boolean {
  try {
    const body: unknown = JSON.parse(seen.body ?? '');
    if (typeof body !== 'object' || body === null) return false;
    const { id, name } = body as { id?: unknown; name?: unknown };
    return typeof id === 'string' && name === seen.name;
  } catch {
    return false;
  }
}
