import type { ModeResult, Spread } from '../run/mode-result';

/** A figure of each mode, for tables. */
export interface Column {
  /** A line break in it is a space where there is room. */
  readonly head: string;
  readonly cell: (result: ModeResult) => string | number;
  /** Left out of every table when it is empty or 0 in each mode; the others only where room is short. */
  readonly optional?: boolean;
  /** Anything above 0 in it is a fault. */
  readonly isFault?: boolean;
}

export const COLUMNS: readonly Column[] = [
  { head: 'mode', cell: (result) => result.mode.name },
  { head: 'trials', cell: (result) => result.trials },
  { head: 'with\nfault', cell: (result) => result.trialsWithFault, isFault: true },
  { head: 'requests', cell: (result) => result.requests },
  { head: 'acknowledged', cell: (result) => result.counts.acknowledged },
  { head: 'arrived', cell: (result) => result.counts.arrived, optional: true },
  { head: 'probes', cell: (result) => result.counts.answered, optional: true },
  { head: '503/4xx', cell: (result) => result.counts.rejected },
  { head: 'refused', cell: (result) => result.counts.refused },
  { head: 'withheld', cell: (result) => result.counts.withheld, optional: true },
  { head: 'EFFECT\nUNKNOWN', cell: (result) => result.counts.unknown, optional: true, isFault: true },
  { head: 'LOST', cell: (result) => result.counts.lost, isFault: true },
  { head: 'PHANTOM', cell: (result) => result.counts.phantom, isFault: true },
  { head: 'MISSING', cell: (result) => result.counts.missing, isFault: true },
  { head: 'FAILED', cell: (result) => result.counts.failed, optional: true, isFault: true },
  { head: 'UNEXPLAINED', cell: (result) => result.unexplained, isFault: true },
  { head: 'bad\nexit', cell: (result) => result.badExits, isFault: true },
  { head: 'exit ms:\nmedian (p95)', cell: ({ exitMs }) => spreadText(exitMs) },
  {
    head: 'at once:\nmedian (p95)',
    cell: ({ bareExitMs }) => (bareExitMs === null ? '' : spreadText(bareExitMs)),
    optional: true,
  },
  { head: 'more', cell: (result) => moreThanAtOnce(result) ?? '', optional: true },
];

/** Those that say something of these results. */
export function usedColumns(columns: readonly Column[], results: readonly ModeResult[]): Column[] {
  const isEmpty = (value: string | number) => value === 0 || value === '';
  return columns.filter(({ cell }) => results.some((result) => !isEmpty(cell(result))));
}

/** `12 (20)`, and beside it that of a process which exits at once, and what the medians differ by, where measured. */
export function exitTimes(result: ModeResult): string {
  const own = spreadText(result.exitMs);
  const more = moreThanAtOnce(result);
  return more === null ? own : `${own}, at once ${spreadText(result.bareExitMs)}: ${more}`;
}

function moreThanAtOnce({ exitMs, bareExitMs }: ModeResult): string | null {
  if (exitMs === null || bareExitMs === null) return null;
  const more = Math.round(exitMs.median - bareExitMs.median);
  return `${more < 0 ? '' : '+'}${more}`;
}

function spreadText(spread: Spread | null): string {
  return spread === null ? '-' : `${spread.median.toFixed(0)} (${spread.p95.toFixed(0)})`;
}
