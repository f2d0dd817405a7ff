import Table from 'cli-table3';
import { failed, type RunResult } from './run';

interface Column {
  readonly head: string;
  readonly cell: (run: RunResult) => string | number;
}

const COLUMNS: readonly Column[] = [
  { head: 'restarts of', cell: (run) => run.scenario },
  { head: 'server', cell: (run) => run.server },
  { head: 'restarts', cell: (run) => run.restarts },
  { head: 'requests', cell: (run) => run.requests },
  { head: 'per s', cell: (run) => run.requestsPerSecond },
  { head: 'FAILED', cell: failed },
  { head: 'refused', cell: ({ counts }) => counts.refused },
  { head: 'lost', cell: ({ counts }) => counts.lost },
  { head: '503/4xx', cell: ({ counts }) => counts.rejected },
  { head: 'other', cell: ({ counts }) => counts.failed },
  { head: 'rows missing', cell: ({ counts }) => counts.missing },
  { head: 'rows without 201', cell: ({ counts }) => counts.phantom },
  { head: 'rows doubled', cell: (run) => run.unexplained },
  { head: 'bad exits', cell: (run) => run.badExits },
  { head: 'longest ms', cell: (run) => run.longestMs },
];

/** The result for the terminal. */
export function terminalTable(results: readonly RunResult[]): string {
  const table = new Table({
    head: COLUMNS.map((column) => column.head),
    style: { head: [], border: [], compact: true },
    colAligns: COLUMNS.map((_, index) => (index < 2 ? 'left' : 'right')),
  });
  for (const result of results) table.push(COLUMNS.map((column) => column.cell(result)));
  return table.toString();
}
