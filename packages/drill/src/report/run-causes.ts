import type { ModeResult } from '../run/mode-result';
import type { Cause } from '../why/cause';
import { amount } from './verdict';

/** A cause, wherever in the run it was found. */
export interface RunCause extends Cause {
  /** The names of the modes in which it was found. */
  readonly modes: readonly string[];
}

/** The causes of all modes, the one that explains most first. */
export function runCauses(results: readonly Pick<ModeResult, 'mode' | 'causes'>[]): RunCause[] {
  const byId = new Map<string, RunCause>();
  for (const { mode, causes } of results)
    for (const cause of causes) {
      const known = byId.get(cause.id);
      byId.set(cause.id, {
        ...(known ?? cause),
        fates: together(known?.fates, cause.fates),
        count: (known?.count ?? 0) + cause.count,
        trials: (known?.trials ?? 0) + cause.trials,
        evidence: together(known?.evidence, cause.evidence),
        modes: together(known?.modes, [mode.name]),
      });
    }
  return [...byId.values()].sort((a, b) => b.count - a.count);
}

function together<Value>(known: readonly Value[] | undefined, more: readonly Value[]): Value[] {
  return [...new Set([...(known ?? []), ...more])];
}

/** `3 requests`. */
export function howOften({ count, of }: Pick<Cause, 'count' | 'of'>): string {
  return amount(count, of.slice(0, -1));
}
