import { median, quantile } from 'simple-statistics';
import type { LoadResult } from './load/generate-load';

/** One target at one number of connections in one round. */
export interface Measurement extends LoadResult {
  readonly target: string;
  readonly connections: number;
  readonly round: number;
  /** Processor time a request, in microseconds, of the server and of the whole database. */
  readonly serverCpuUs: number;
  readonly databaseCpuUs: number;
  readonly residentMb: number;
}

/** The middle of several rounds and their spread, as quartiles. */
export interface Spread {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

export function spread(values: readonly number[]): Spread {
  const numbers = [...values];
  return { median: median(numbers), low: quantile(numbers, 0.25), high: quantile(numbers, 0.75) };
}

/** A figure of `target` divided by the same of `other`, round by round, so that a slow moment of the machine cancels out. */
export function ratio(
  measurements: readonly Measurement[],
  connections: number,
  target: string,
  other: string,
  figure: (measurement: Measurement) => number,
): Spread {
  const of = (name: string) => measurements.filter((m) => m.target === name && m.connections === connections);
  const others = new Map(of(other).map((m) => [m.round, figure(m)]));
  return spread(of(target).map((m) => figure(m) / (others.get(m.round) ?? Number.NaN)));
}
