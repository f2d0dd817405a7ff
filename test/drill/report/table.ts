import Table from 'cli-table3';
import type { ModeResult, Spread } from '../run/mode-result';

interface Column {
  readonly head: string;
  readonly cell: (result: ModeResult) => string | number;
  /** Left out of the table when it is 0 in every mode. */
  readonly optional?: boolean;
}

const COLUMNS: readonly Column[] = [
  { head: 'mode', cell: (result) => result.mode.name },
  { head: 'trials', cell: (result) => result.trials },
  { head: 'with fault', cell: (result) => result.trialsWithFault },
  { head: 'requests', cell: (result) => result.requests },
  { head: 'acknowledged', cell: (result) => result.counts.acknowledged },
  { head: 'probes', cell: (result) => result.counts.answered, optional: true },
  { head: '503/4xx', cell: (result) => result.counts.rejected },
  { head: 'refused', cell: (result) => result.counts.refused },
  { head: 'withheld', cell: (result) => result.counts.withheld, optional: true },
  { head: 'LOST', cell: (result) => result.counts.lost },
  { head: 'PHANTOM', cell: (result) => result.counts.phantom },
  { head: 'MISSING', cell: (result) => result.counts.missing },
  { head: 'FAILED', cell: (result) => result.counts.failed, optional: true },
  { head: 'UNEXPLAINED', cell: (result) => result.unexplained },
  { head: 'bad exit', cell: (result) => result.badExits },
  { head: 'exit ms: median (p95)', cell: exitTimes },
];

/** The result for the terminal. */
export function terminalTable(results: readonly ModeResult[]): string {
  const columns = COLUMNS.filter(
    ({ optional, cell }) => optional !== true || results.some((result) => cell(result) !== 0),
  );
  const table = new Table({
    head: columns.map((column) => column.head),
    style: { head: [], border: [], compact: true },
    colAligns: columns.map((_, index) => (index === 0 ? 'left' : 'right')),
  });
  for (const result of results) table.push(columns.map((column) => column.cell(result)));
  return table.toString();
}

/** `12 (20)`, and beside it that of a process which exits at once, and what the medians differ by, where measured. */
export function exitTimes(result: ModeResult): string {
  const own = spreadText(result.exitMs);
  if (result.exitMs === null || result.bareExitMs === null) return own;
  const more = result.exitMs.median - result.bareExitMs.median;
  return `${own}, at once ${spreadText(result.bareExitMs)}: ${more < 0 ? '' : '+'}${more.toFixed(0)}`;
}

function spreadText(spread: Spread | null): string {
  return spread === null ? '-' : `${spread.median.toFixed(0)} (${spread.p95.toFixed(0)})`;
}
