import type { Fault } from './fault';

const EXECUTED =
  'At least one of these requests was carried out all the same: a client that tries again doubles its effect.';

const UNKNOWN = 'Whether these requests were carried out is not known: their effects were not counted.';

/** What the fates add to an explanation of how connections ended. */
export function withNotes(explanation: string, faults: readonly Fault[]): string {
  const unanswered = faults.filter(({ request }) => request.seen.answeredAt === null);
  if (unanswered.some(({ request }) => request.fate === 'phantom')) return `${explanation} ${EXECUTED}`;
  if (unanswered.some(({ request }) => request.fate === 'unknown')) return `${explanation} ${UNKNOWN}`;
  return explanation;
}
