import type { ModeResult } from '../run/mode-result';
import type { Cause } from '../why/cause';
import { escapeHtml } from './escape';
import { plain } from './plain-text';
import { howOften } from './run-causes';

/** Why requests of a mode came to a bad end, for the page; empty where nobody can tell. */
export function whySection({ causes }: ModeResult): string {
  if (causes.length === 0) return '';
  return `<div class="why"><h3>Why</h3>
${causes.map(causeBlock).join('\n')}
</div>`;
}

function causeBlock(cause: Cause): string {
  const { id, title, explanation, advice, evidence } = cause;
  const shown = (text: string) => escapeHtml(plain(text));
  const lines = evidence.map(shown).join('\n');
  return `<div class="cause" data-cause="${escapeHtml(id)}">
<h4>${shown(title)} <span class="count">${howOften(cause)}</span></h4>
<p>${shown(explanation)}</p>
<p class="advice">${shown(advice)}</p>
${lines === '' ? '' : `<details><summary>what was seen of it</summary><pre>${lines}</pre></details>`}
</div>`;
}
