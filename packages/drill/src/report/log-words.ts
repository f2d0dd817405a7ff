import type { TrialResult } from '../run/trial';
import { plain } from './plain-text';

/** What the server wrote after the signal, a line each, with its time. */
export function logAfterSignal({ log, signalledAt }: TrialResult): string[] {
  return log
    .filter(({ at }) => at >= signalledAt)
    .map(({ at, text }) => `${`+${(at - signalledAt).toFixed(1)} ms`.padStart(12)}  ${plain(text)}`);
}
