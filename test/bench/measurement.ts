import type { LoadResult } from './load/load-result';

/** One target at one number of connections in one round. A figure that the target does not have is NaN. */
export interface Measurement extends LoadResult {
  readonly target: string;
  readonly connections: number;
  readonly round: number;
  /** Processor time a request, in microseconds, of the server and of the whole database. */
  readonly serverCpuUs: number;
  readonly databaseCpuUs: number;
  readonly residentMb: number;
}

/** One figure of one target at one number of connections, in the order of the rounds. */
export function series(
  measurements: readonly Measurement[],
  target: string,
  connections: number,
  figure: (measurement: Measurement) => number,
): number[] {
  return measurements
    .filter((m) => m.target === target && m.connections === connections)
    .sort((a, b) => a.round - b.round)
    .map(figure);
}
