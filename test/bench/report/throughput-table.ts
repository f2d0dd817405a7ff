import { type Measurement, ratio, spread } from '../measurement';
import type { Target } from '../targets';

/** The measurements as Markdown: a table for each number of connections. */
export function throughputTables(measurements: readonly Measurement[], targets: readonly Target[]): string {
  const levels = [...new Set(measurements.map(({ connections }) => connections))];
  return levels.map((level) => table(measurements, targets, level)).join('\n\n');
}

const HEAD = [
  'requests/s (quartiles)',
  'ours / this',
  'p50 ms',
  'p90 ms',
  'p99 ms',
  'server CPU µs/request',
  'database CPU µs/request',
  'memory MB',
  'failed',
];

function table(
  measurements: readonly Measurement[],
  targets: readonly Target[],
  connections: number,
): string {
  const rows = targets.map((target) => {
    const own = measurements.filter((m) => m.target === target.name && m.connections === connections);
    const mid = (figure: (m: Measurement) => number) => spread(own.map(figure)).median;
    const rate = spread(own.map((m) => m.requestsPerSecond));
    const lead = ratio(measurements, connections, 'lastcall', target.name, (m) => m.requestsPerSecond);
    return [
      target.label,
      `${whole(rate.median)} (${whole(rate.low)}–${whole(rate.high)})`,
      `${lead.median.toFixed(2)} (${lead.low.toFixed(2)}–${lead.high.toFixed(2)})`,
      mid((m) => m.latencyMs.p50).toFixed(2),
      mid((m) => m.latencyMs.p90).toFixed(2),
      mid((m) => m.latencyMs.p99).toFixed(2),
      whole(mid((m) => m.serverCpuUs)),
      target.kind === 'ceiling' ? '–' : whole(mid((m) => m.databaseCpuUs)),
      whole(mid((m) => m.residentMb)),
      String(own.reduce((sum, m) => sum + m.failed, 0)),
    ];
  });
  const lines = [['', ...HEAD], ['---', ...HEAD.map(() => '---:')], ...rows].map(
    (cells) => `| ${cells.join(' | ')} |`,
  );
  return [`### ${connections} connection${connections === 1 ? '' : 's'}`, '', ...lines].join('\n');
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}
