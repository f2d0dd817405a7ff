import { FATES } from '../accounting/fate';
import type { ModeResult } from '../run/mode-result';
import { faultCount, isClean } from '../run/mode-result';
import type { TrialResult } from '../run/trial';
import { escapeHtml, scriptJson } from './escape';
import { FATE_LOOKS } from './fate-look';
import { logAfterSignal } from './log-words';
import { inWords } from './request-words';
import { timelineSvg } from './timeline';
import { whySection } from './why-section';

const LISTED_FAULTS = 40;

/** One mode of the page: what it does, why it went wrong, the picture of a trial, and every fault in words. */
export function modeSection(result: ModeResult): string {
  const { mode, shown } = result;
  return `<section id="${mode.name}">
<h2>${escapeHtml(mode.title)}</h2>
<p class="policy">${escapeHtml(mode.policy)}</p>
${whySection(result)}
${shown === null ? '' : picture(shown, mode.name)}
${faultList(result)}
${shown === null ? '' : logList(shown)}
</section>`;
}

function picture(trial: TrialResult, mode: string): string {
  const { counts, requests } = trial.account;
  const chips = FATES.filter((fate) => counts[fate] > 0).map((fate) => {
    const { label, colour, meaning } = FATE_LOOKS[fate];
    return `<button data-chip="${fate}" aria-pressed="false" title="${escapeHtml(meaning)}"><i style="background:${colour}"></i>${label}<b>${counts[fate]}</b></button>`;
  });
  const connections = trial.connections.length;
  const size = connections > 0 ? `${connections} connections` : `${requests.length} requests`;
  const which = isClean(trial) ? 'the last one' : 'the first one with a fault';
  return `<figure class="timeline" data-mode="${mode}" data-only="">
<figcaption><span>Trial ${trial.number} (${which}), ${size}:</span>${chips.join('')}
<span class="spacer"></span><button data-zoom="drain">the drain</button><button data-zoom="whole">whole trial</button>
<button data-zoom="closer" aria-label="zoom in">+</button><button data-zoom="wider" aria-label="zoom out">&minus;</button></figcaption>
${timelineSvg(trial)}
<div class="details">Point at a bar for the request; drag to move, double-click or Ctrl and wheel to zoom.</div>
<script type="application/json">${scriptJson(requests.map((request) => inWords(request, trial.signalledAt)))}</script>
</figure>`;
}

function faultList(result: ModeResult): string {
  if (result.faults.length === 0) return '';
  const lines = result.faults.slice(0, LISTED_FAULTS).map(({ trial, request, signalledAt }) => {
    return `trial ${trial}: ${escapeHtml(inWords(request, signalledAt))}`;
  });
  const total = faultCount(result);
  const more = total - lines.length;
  if (more > 0) lines.push(`and ${more} more`);
  return `<details><summary>requests that came to a bad end: ${total}</summary><pre>${lines.join('\n')}</pre></details>`;
}

function logList(trial: TrialResult): string {
  const lines = logAfterSignal(trial);
  if (lines.length === 0) return '';
  return `<details><summary>what the server logged after the signal</summary><pre>${escapeHtml(lines.join('\n'))}</pre></details>`;
}
