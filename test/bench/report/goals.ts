import { formatSpread, type Spread, twoPlaces } from '../spread';
import { markdownTable } from './markdown-table';

/** What was aimed at, and whether it was reached. `met` is undefined where it was not measured. */
export interface Goal {
  readonly goal: string;
  readonly measured: string;
  readonly met: boolean | undefined;
}

/** Our figure divided by a rival's. */
export interface Comparison {
  readonly rival: string;
  readonly ratio: Spread;
}

export type Bound = { readonly atLeast: number } | { readonly atMost: number } | { readonly below: number };

/** Holds the median ratio against the bound, with the rival that makes it hardest. */
export function judge(goal: string, bound: Bound, comparisons: readonly Comparison[]): Goal {
  const higherIsBetter = 'atLeast' in bound;
  const [hardest] = comparisons
    .filter(({ ratio }) => !Number.isNaN(ratio.median))
    .sort((a, b) => (a.ratio.median - b.ratio.median) * (higherIsBetter ? 1 : -1));
  if (hardest === undefined) return { goal, measured: '–', met: undefined };
  const measured = `${formatSpread(hardest.ratio, twoPlaces)}, ${hardest.rival}`;
  return { goal, measured, met: keeps(hardest.ratio.median, bound) };
}

function keeps(value: number, bound: Bound): boolean {
  if ('atLeast' in bound) return value >= bound.atLeast;
  if ('atMost' in bound) return value <= bound.atMost;
  return value < bound.below;
}

export function goalsTable(goals: readonly Goal[]): string {
  const word = (met: boolean | undefined) => (met === undefined ? 'not measured' : met ? 'yes' : 'NO');
  const rows = goals.map(({ goal, measured, met }) => [goal, measured, word(met)]);
  return `### Goals\n\n${markdownTable(['goal', 'measured: median (quartiles), rival', 'met'], rows)}`;
}
