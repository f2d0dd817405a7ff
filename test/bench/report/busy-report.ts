import { formatSpread, ratio, spread, twoPlaces, whole } from '../spread';
import { markdownTable } from './markdown-table';

/** A number of requests in flight, in one round: answered without a drain, and with one. */
export interface BusyMeasurement {
  readonly requests: number;
  /** Processor time of the answers without a drain, from the lifted lock to the last of them. */
  readonly usualCpuMs: number;
  readonly usualMs: number;
  /** Resident memory for each request in flight and its connection. */
  readonly kibEach: number;
  /** Processor time from the signal to the exit: the same answers, the closing of all connections, and the rest. */
  readonly drainCpuMs: number;
  /** From the signal to the exit. */
  readonly exitMs: number;
  /** Requests of the drain that were not answered 201. */
  readonly notStored: number;
}

const HEAD = [
  'requests in flight at the signal',
  'KiB each',
  'answers without a drain: CPU ms (quartiles)',
  'drain: CPU ms (quartiles)',
  'drain / without',
  'drain: CPU µs a request',
  'last answer without a drain after ms',
  'signal to exit ms (quartiles)',
  'not stored',
];

export function busyReport(measurements: readonly BusyMeasurement[]): string {
  const levels = [...new Set(measurements.map(({ requests }) => requests))];
  const rows = levels.map((requests) => {
    const rounds = measurements.filter((m) => m.requests === requests);
    const figure = (of: (m: BusyMeasurement) => number) => rounds.map(of);
    const drainCpu = figure((m) => m.drainCpuMs);
    const usualCpu = figure((m) => m.usualCpuMs);
    return [
      whole(requests),
      spread(figure((m) => m.kibEach)).median.toFixed(1),
      formatSpread(spread(usualCpu), whole),
      formatSpread(spread(drainCpu), whole),
      formatSpread(ratio(drainCpu, usualCpu), twoPlaces),
      whole((spread(drainCpu).median * 1000) / requests),
      whole(spread(figure((m) => m.usualMs)).median),
      formatSpread(spread(figure((m) => m.exitMs)), whole),
      whole(figure((m) => m.notStored).reduce((sum, count) => sum + count, 0)),
    ];
  });
  return markdownTable(HEAD, rows);
}
