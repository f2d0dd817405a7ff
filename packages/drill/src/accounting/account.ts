import { FATES, type Fate, fateOf, type Judgement } from './fate';
import { Habits } from './habits';
import type { Observation } from './observation';

export type Counts = Record<Fate, number>;

/** A request and what became of it. */
export interface Accounted extends Judgement {
  readonly seen: Observation;
  /** How many effects carry its id; null when nobody could tell. */
  readonly effects: number | null;
}

export interface Account {
  readonly requests: readonly Accounted[];
  readonly counts: Counts;
  /** Effects that no request explains: an id nobody sent, or a second one for one that was. */
  readonly unexplained: readonly string[];
}

/** What was found when the server had gone. */
export interface Evidence {
  /** The id of every effect; null when nobody looked. */
  readonly effects: readonly string[] | null;
  /** Whether requests of a template carry an id by which an effect could be found. */
  readonly isTracked: (template: number) => boolean;
  readonly signalledAt: number;
  /** When the grace period of a server that had to be killed was over; left out when it has ended by itself. */
  readonly killedAt?: number | null | undefined;
  /** Whether a clean no is a right answer. */
  readonly mayRefuse: boolean;
  /** Whether answers after the signal have to be like those before it. */
  readonly keepsHabits?: boolean | undefined;
}

export function noCounts(): Counts {
  return Object.fromEntries(FATES.map((fate) => [fate, 0])) as Counts;
}

export function addCounts(into: Counts, more: Counts): void {
  for (const fate of FATES) into[fate] += more[fate];
}

/** Holds every request against the effects, and every effect against the requests. */
export function account(seen: readonly Observation[], evidence: Evidence): Account {
  const { signalledAt, mayRefuse, isTracked, killedAt = null } = evidence;
  const left = new Map<string, number>();
  for (const id of evidence.effects ?? []) left.set(id, (left.get(id) ?? 0) + 1);
  const moments = { signalledAt, drainSeenAt: firstSignOfDrain(seen, signalledAt), killedAt };
  const habits = evidence.keepsHabits === true ? new Habits(seen, signalledAt) : null;
  const unexplained: string[] = [];
  const counts = noCounts();
  const requests = seen.map((observation) => {
    const { id, template } = observation;
    const isBlind = evidence.effects === null || observation.kind === 'probe' || !isTracked(template);
    const effects = isBlind ? null : (left.get(id) ?? 0);
    left.delete(id);
    for (let extra = 1; extra < (effects ?? 0); extra += 1) unexplained.push(id);
    const judgement = heldAgainst(habits, observation, fateOf(observation, effects, moments, mayRefuse));
    counts[judgement.fate] += 1;
    return { ...judgement, seen: observation, effects };
  });
  for (const [id, count] of left) for (let effect = 0; effect < count; effect += 1) unexplained.push(id);
  return { requests, counts, unexplained };
}

function heldAgainst(habits: Habits | null, seen: Observation, judgement: Judgement): Judgement {
  if (judgement.fate !== 'acknowledged') return judgement;
  const reason = habits?.broken(seen) ?? null;
  return reason === null ? judgement : { fate: 'failed', reason };
}

function firstSignOfDrain(seen: readonly Observation[], signalledAt: number): number | null {
  let first: number | null = null;
  for (const { kind, status, error, endedAt } of seen) {
    const isSign = (kind === 'probe' && status === 503) || error === 'ECONNREFUSED';
    if (!isSign || endedAt === null || endedAt < signalledAt) continue;
    if (first === null || endedAt < first) first = endedAt;
  }
  return first;
}
