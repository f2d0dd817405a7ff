import { FAULTS } from '../accounting/fate';
import type { ModeResult } from '../run/mode-result';
import type { TrialResult } from '../run/trial';
import { FATE_LOOKS } from './fate-look';
import { amount } from './verdict';

/** What went wrong in a mode, a line for each kind; none when nothing did. */
export function faultsInWords(result: ModeResult): string[] {
  const lines = FAULTS.filter((fate) => result.counts[fate] > 0).map((fate) => {
    const { label, meaning } = FATE_LOOKS[fate];
    return `${amount(result.counts[fate], 'request')} ${label}: ${meaning}`;
  });
  if (result.unexplained > 0)
    lines.push(`${amount(result.unexplained, 'effect')} UNEXPLAINED: no request accounts for it`);
  if (result.badExits > 0) {
    const example = result.shown === null || result.shown.isGoodEnd ? '' : `: ${endInWords(result.shown)}`;
    lines.push(`${amount(result.badExits, 'exit')} of ${result.trials} wrong or late${example}`);
  }
  if (result.trials === 0) lines.push('no trial was run');
  return lines;
}

/** How the server of a trial ended. */
function endInWords({ end, signalledAt }: TrialResult): string {
  if (end.killed) return 'still there at the end of the grace period';
  const how = end.signal === null ? `exit code ${end.code ?? 'unknown'}` : `ended by ${end.signal}`;
  return end.at !== null && end.at < signalledAt ? `${how}, before it was told to stop` : how;
}
