import type { ModeResult } from '../run/mode-result';

/** Whether nothing went wrong in any trial: the drill's exit code is 0 only then. */
export function isFaultless(results: readonly ModeResult[]): boolean {
  return results.every((result) => result.trials > 0 && result.trialsWithFault === 0);
}

/** The sentence under the table. */
export function verdict(results: readonly ModeResult[]): string {
  const trials = results.reduce((sum, result) => sum + result.trials, 0);
  const requests = results.reduce((sum, result) => sum + result.requests, 0);
  const bad = results.reduce((sum, result) => sum + result.trialsWithFault, 0);
  const scope = `${trials.toLocaleString('en')} SIGTERMs, ${requests.toLocaleString('en')} requests`;
  if (bad === 0)
    return `${scope}: nothing lost, no phantom, nothing missing, no unexplained row, every exit 0 in time.`;
  return `${scope}: ${bad === 1 ? 'one trial' : `${bad.toLocaleString('en')} trials`} with a fault.`;
}
