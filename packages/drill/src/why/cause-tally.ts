import type { Fate } from '../accounting/fate';
import { byCount, type Cause, EVIDENCE_LINES, type Words } from './cause';

interface Line {
  readonly trial: number;
  /** Which of the trial's lines it was. */
  readonly row: number;
  readonly text: string;
}

interface Sum {
  /** How the cause is told. */
  words: Words & Pick<Cause, 'of'>;
  count: number;
  trials: number;
  readonly fates: Set<Fate>;
  lines: Line[];
}

/**
 * Adds up the causes of a mode's trials, which may come in any order. The evidence is taken from as many trials as there is
 * room for, and names them. Ten thousand trials take no more room than ten.
 */
export class CauseTally {
  readonly #sums = new Map<string, Sum>();

  /** @param trial its number within the mode, from 1 */
  add(trial: number, causes: readonly Cause[]): void {
    for (const cause of causes) {
      const known = this.#sums.get(cause.id);
      if (known === undefined) this.#sums.set(cause.id, sumOf(cause, trial));
      else addTo(known, cause, trial);
    }
  }

  /** The most frequent first. */
  causes(): Cause[] {
    return [...this.#sums.values()]
      .map(({ words, count, trials, fates, lines }) => ({
        ...words,
        count,
        trials,
        fates: [...fates],
        evidence: lines.map(({ trial, text }) => `trial ${trial}: ${text}`),
      }))
      .sort(byCount);
  }
}

function sumOf(cause: Cause, trial: number): Sum {
  const { count, trials, fates, evidence: _lines, ...words } = cause;
  return { words, count, trials, fates: new Set(fates), lines: linesOf(cause, trial) };
}

function addTo(sum: Sum, cause: Cause, trial: number): void {
  // One phantom among them is worth telling, whatever the other trials had.
  if (cause.fates.includes('phantom') && !sum.fates.has('phantom')) sum.words = sumOf(cause, trial).words;
  sum.count += cause.count;
  sum.trials += cause.trials;
  for (const fate of cause.fates) sum.fates.add(fate);
  // The first line of each trial, then the second of each.
  sum.lines = [...sum.lines, ...linesOf(cause, trial)]
    .sort((a, b) => a.row - b.row || a.trial - b.trial)
    .slice(0, EVIDENCE_LINES);
}

function linesOf({ evidence }: Cause, trial: number): Line[] {
  return evidence.map((text, row) => ({ trial, row, text }));
}
