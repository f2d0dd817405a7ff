import type { Accounted } from '../accounting/account';
import { firstRefusal, type ListenerTraces } from '../accounting/first-refusal';
import type { Mark } from '../client/recorder';

export interface Moments extends ListenerTraces {
  readonly requests: readonly Accounted[];
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
