import { FATES, type Fate, fateOf } from './fate';
import type { Observation } from './observation';

export type Counts = Record<Fate, number>;

/** A request and what became of it. */
export interface Accounted {
  readonly seen: Observation;
  readonly fate: Fate;
  readonly rows: number;
}

export interface Account {
  readonly requests: readonly Accounted[];
  readonly counts: Counts;
  /** Names of rows that no request explains: a name nobody sent, or a second row for one that was. */
  readonly unexplained: readonly string[];
}

export function noCounts(): Counts {
  return Object.fromEntries(FATES.map((fate) => [fate, 0])) as Counts;
}

export function addCounts(into: Counts, more: Counts): void {
  for (const fate of FATES) into[fate] += more[fate];
}

/** Holds every request against the rows, and every row against the requests. `rowNames` has one entry a row. */
export function account(
  seen: readonly Observation[],
  rowNames: readonly string[],
  signalledAt: number,
  mayRefuse = true,
): Account {
  const rows = new Map<string, number>();
  for (const name of rowNames) rows.set(name, (rows.get(name) ?? 0) + 1);
  const moments = { signalledAt, drainSeenAt: firstSignOfDrain(seen, signalledAt) };
  const unexplained: string[] = [];
  const counts = noCounts();
  const requests = seen.map((observation) => {
    const own = observation.kind === 'work' ? (rows.get(observation.name) ?? 0) : 0;
    if (observation.kind === 'work') rows.delete(observation.name);
    for (let extra = 1; extra < own; extra += 1) unexplained.push(observation.name);
    const fate = fateOf(observation, own, moments, mayRefuse);
    counts[fate] += 1;
    return { seen: observation, fate, rows: own };
  });
  for (const [name, count] of rows) for (let row = 0; row < count; row += 1) unexplained.push(name);
  return { requests, counts, unexplained };
}

function firstSignOfDrain(seen: readonly Observation[], signalledAt: number): number | null {
  let first: number | null = null;
  for (const { kind, status, error, endedAt } of seen) {
    const isSign = (kind === 'health' && status === 503) || error === 'ECONNREFUSED';
    if (!isSign || endedAt === null || endedAt < signalledAt) continue;
    if (first === null || endedAt < first) first = endedAt;
  }
  return first;
}
