import type { Observation } from './observation';

/**
 * Fields that may come and go by themselves: they frame a message, or belong to the connection and the moment (RFC 9110, 6.6.1
 * and 7.6.1; RFC 7838 for alt-svc, which a server that stops may well leave out).
 */
const NOT_THE_HANDLERS = new Set([
  'alt-svc',
  'age',
  'connection',
  'content-length',
  'date',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** What all right answers to one kind of request had in common before the signal. */
interface Habit {
  readonly fields: readonly string[];
  /** Whether one waited for a request that was sent in pieces. */
  readonly hasWaited: boolean;
  /** Whether one came before its request had been sent: a server may well answer without reading the body. */
  readonly wasEarly: boolean;
}

/** What the server did until it was told to stop, by which its answers after that are measured. */
export class Habits {
  readonly #signalledAt: number;
  readonly #habits = new Map<number, Habit>();

  constructor(seen: readonly Observation[], signalledAt: number) {
    this.#signalledAt = signalledAt;
    for (const observation of seen) {
      if (!isRightAnswer(observation) || observation.answeredAt >= signalledAt) continue;
      const { template } = observation;
      this.#habits.set(template, inCommon(this.#habits.get(template), observation));
    }
  }

  /** What a right answer that came after the signal lacks, in words; null when it is like those before, or there were none. */
  broken(seen: Observation): string | null {
    const habit = this.#habits.get(seen.template);
    if (habit === undefined || !isRightAnswer(seen) || seen.answeredAt < this.#signalledAt) return null;
    if (habit.hasWaited && !habit.wasEarly && isEarly(seen))
      return 'answered before its request had been sent';
    const lacking = habit.fields.filter((name) => seen.fields?.includes(name) !== true);
    if (lacking.length === 0) return null;
    return `the answer lacks ${lacking.join(', ')}, which every answer before the signal had`;
  }
}

function isRightAnswer(seen: Observation): seen is Observation & { answeredAt: number } {
  return seen.kind === 'request' && seen.answeredAt !== null && seen.mismatch === null;
}

function inCommon(before: Habit | undefined, seen: Observation): Habit {
  const { firstByteAt, allBytesAt } = seen;
  const isEarlyOne = isEarly(seen);
  return {
    fields: (before?.fields ?? seen.fields ?? []).filter(
      (name) => !NOT_THE_HANDLERS.has(name) && seen.fields?.includes(name) === true,
    ),
    hasWaited: before?.hasWaited === true || (!isEarlyOne && (allBytesAt ?? 0) > (firstByteAt ?? 0)),
    wasEarly: before?.wasEarly === true || isEarlyOne,
  };
}

function isEarly({ allBytesAt, answeredAt }: Observation): boolean {
  return allBytesAt === null || (answeredAt !== null && answeredAt < allBytesAt);
}
