import type { ModeResult } from '../run/mode-result';
import type { Setting } from './outcome';

/** Whether nothing went wrong in any trial: the drill's exit code is 0 only then. */
export function isFaultless(results: readonly ModeResult[]): boolean {
  return results.every((result) => result.trials > 0 && result.trialsWithFault === 0);
}

/** The sentence under the table. Where effects were not looked at, it does not say that nothing was lost. */
export function verdict(
  results: readonly ModeResult[],
  { effects, signal }: Pick<Setting, 'effects' | 'signal'>,
): string {
  const trials = results.reduce((sum, result) => sum + result.trials, 0);
  const requests = results.reduce((sum, result) => sum + result.requests, 0);
  const bad = results.reduce((sum, result) => sum + result.trialsWithFault, 0);
  const scope = `${amount(trials, stopWord(signal))}, ${amount(requests, 'request')}`;
  if (bad > 0)
    return `${scope}: ${bad === 1 ? 'one trial' : `${bad.toLocaleString('en')} trials`} with a fault.`;
  return effects
    ? `${scope}: nothing lost, no phantom, nothing missing, no unexplained effect, every exit right and in time.`
    : `${scope}: every request that was sent was answered, every exit right and in time. Effects were not looked at.`;
}

/** What one trial is, for who counts them. @param signal null: the server is told by a command */
export function stopWord(signal: string | null): string {
  return signal === 'SIGTERM' ? signal : 'stop';
}

/** `1 request`, `2,000 requests`. */
export function amount(count: number, what: string): string {
  return `${count.toLocaleString('en')} ${what}${count === 1 ? '' : 's'}`;
}
