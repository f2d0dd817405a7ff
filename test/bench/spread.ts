import { median, quantile } from 'simple-statistics';

/** The middle of several rounds, and their quartiles; NaN where nothing was measured. */
export interface Spread {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

export function spread(values: readonly number[]): Spread {
  if (values.length === 0) return { median: Number.NaN, low: Number.NaN, high: Number.NaN };
  const numbers = [...values];
  return { median: median(numbers), low: quantile(numbers, 0.25), high: quantile(numbers, 0.75) };
}

/** Two series divided round by round, so that a slow moment of the machine cancels out. */
export function ratio(ours: readonly number[], theirs: readonly number[]): Spread {
  return spread(ours.map((value, round) => value / (theirs[round] ?? Number.NaN)));
}

/** The median and, in brackets, the quartiles; a dash for what was not measured. */
export function formatSpread({ median, low, high }: Spread, format: (value: number) => string): string {
  return Number.isNaN(median) ? '–' : `${format(median)} (${format(low)}–${format(high)})`;
}

export const twoPlaces = (value: number) => value.toFixed(2);

export const whole = (value: number) => Math.round(value).toLocaleString('en-US');
