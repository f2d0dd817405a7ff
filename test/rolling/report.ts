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
  { head: '**failed**', cell: (run) => `**${failed(run).toLocaleString('en')}**` },
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

/** The result as a table in Markdown, as docs/rolling-restarts.md has it. */
export function markdownTable(results: readonly RunResult[]): string {
  const rows = results.map((result) => COLUMNS.map(({ cell }) => cellText(cell(result))));
  const rule = COLUMNS.map((_, index) => (index < 2 ? '---' : '--:'));
  return [COLUMNS.map(({ head }) => head), rule, ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

function cellText(value: string | number): string {
  return typeof value === 'number' ? value.toLocaleString('en') : value;
}
