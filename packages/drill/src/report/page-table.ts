import { FATES, type Fate, isFault } from '../accounting/fate';
import type { ModeResult } from '../run/mode-result';
import { exitTimes } from './columns';
import { escapeHtml } from './escape';
import { FATE_LOOKS } from './fate-look';

/** The page's table: one row a mode, the same figures as on the terminal. */
export function summaryTable(results: readonly ModeResult[]): string {
  const shown = FATES.filter(
    (fate) => isAlwaysShown(fate) || results.some((result) => result.counts[fate] > 0),
  );
  const heads = [
    'mode',
    'trials',
    'with a fault',
    'requests',
    ...shown.map((fate) => FATE_LOOKS[fate].label),
  ];
  heads.push('unexplained effects', 'bad exits', 'exit, ms: median (p95)');
  const rows = results.map((result) => {
    const cells = [
      `<td><a href="#${result.mode.name}">${escapeHtml(result.mode.title)}</a></td>`,
      `<td>${result.trials}</td>`,
      cell(result.trialsWithFault, true),
      `<td>${result.requests}</td>`,
      ...shown.map((fate) => cell(result.counts[fate], isFault(fate), fate)),
      cell(result.unexplained, true, 'unexplained'),
      cell(result.badExits, true),
      `<td>${escapeHtml(exitTimes(result))}</td>`,
    ];
    return `<tr data-mode="${result.mode.name}">${cells.join('')}</tr>`;
  });
  const head = heads.map((text) => `<th>${escapeHtml(text)}</th>`).join('');
  return `<div class="scroll"><table class="summary"><thead><tr>${head}</tr></thead><tbody>${rows.join('\n')}</tbody></table></div>`;
}

const OPTIONAL: readonly Fate[] = ['arrived', 'answered', 'withheld', 'unknown', 'failed'];

function isAlwaysShown(fate: Fate): boolean {
  return !OPTIONAL.includes(fate);
}

function cell(count: number, isBad: boolean, fate?: string): string {
  const look = count === 0 ? ' class="zero"' : isBad ? ' class="fault"' : '';
  return `<td${look}${fate === undefined ? '' : ` data-count="${fate}"`}>${count}</td>`;
}
