import type { Accounted } from '../accounting/account';
import type { ConnectionSpan, Mark } from '../client/recorder';

export interface Moments {
  readonly requests: readonly Accounted[];
  readonly connections: readonly ConnectionSpan[];
  readonly signalledAt: number;
  /** From the knocking; a client's refused handshake may have come before it. */
  readonly listenerClosedAt: number | null;
  readonly poolEndedAt: number | null;
  readonly exitAt: number | null;
}

/** The marks of the picture, all seen from outside, in the order of time. */
export function marksOf(moments: Moments): Mark[] {
  const marks: Mark[] = [{ at: moments.signalledAt, label: 'signal' }];
  const closed = firstRefusal(moments);
  if (closed !== null) marks.push({ at: closed, label: 'listener closed' });
  const answers = moments.requests.flatMap(({ seen }) => (seen.answeredAt === null ? [] : [seen.answeredAt]));
  const last = answers.reduce((latest, at) => Math.max(latest, at), Number.NEGATIVE_INFINITY);
  if (last > moments.signalledAt) marks.push({ at: last, label: 'last answer' });
  if (moments.poolEndedAt !== null) {
    // Seen a little late where the exit followed at once; no session outlives its process.
    marks.push({
      at: Math.min(moments.poolEndedAt, moments.exitAt ?? Number.POSITIVE_INFINITY),
      label: 'pool ended',
    });
  }
  if (moments.exitAt !== null) marks.push({ at: moments.exitAt, label: 'exit' });
  return marks.sort((a, b) => a.at - b.at);
}

/** The first handshake begun after the signal that was refused outright. */
function firstRefusal(moments: Moments): number | null {
  const refused = moments.connections
    .filter((span) => span.end === 'ECONNREFUSED' && span.openedAt > moments.signalledAt)
    .map((span) => span.openedAt);
  if (moments.listenerClosedAt !== null) refused.push(moments.listenerClosedAt);
  return refused.length === 0 ? null : refused.reduce((first, at) => Math.min(first, at));
}
