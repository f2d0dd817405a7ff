import { type Measurement, series } from '../measurement';
import { formatSpread, ratio, spread, twoPlaces, whole } from '../spread';
import type { Target } from '../targets';
import { markdownTable } from './markdown-table';

const HEAD = [
  '',
  'requests/s (quartiles)',
  'ours / this',
  'p50 ms',
  'p90 ms',
  'p99 ms',
  'server CPU µs/request',
  'database CPU µs/request',
  'memory MB',
  'load CPU',
  'failed',
];

/** The measurements as Markdown: a table for each number of connections. */
export function throughputTables(measurements: readonly Measurement[], targets: readonly Target[]): string {
  const levels = [...new Set(measurements.map(({ connections }) => connections))];
  return levels.map((level) => table(measurements, targets, level)).join('\n\n');
}

function table(
  measurements: readonly Measurement[],
  targets: readonly Target[],
  connections: number,
): string {
  const rates = (name: string) => series(measurements, name, connections, (m) => m.requestsPerSecond);
  const ours = targets.find(({ kind }) => kind === 'ours')?.name ?? '';
  const rows = targets.map(({ name, label }) => {
    const values = (figure: (m: Measurement) => number) => series(measurements, name, connections, figure);
    const middle = (figure: (m: Measurement) => number, format: (value: number) => string) => {
      const { median } = spread(values(figure));
      return Number.isNaN(median) ? '–' : format(median);
    };
    return [
      label,
      formatSpread(spread(rates(name)), whole),
      formatSpread(ratio(rates(ours), rates(name)), twoPlaces),
      middle((m) => m.latencyMs.p50, twoPlaces),
      middle((m) => m.latencyMs.p90, twoPlaces),
      middle((m) => m.latencyMs.p99, twoPlaces),
      middle((m) => m.serverCpuUs, whole),
      middle((m) => m.databaseCpuUs, whole),
      middle((m) => m.residentMb, whole),
      middle(
        (m) => m.generatorCpu,
        (share) => `${whole(share * 100)} %`,
      ),
      String(values((m) => m.failed).reduce((sum, failed) => sum + failed, 0)),
    ];
  });
  return `### ${connections} connection${connections === 1 ? '' : 's'}\n\n${markdownTable(HEAD, rows)}`;
}
