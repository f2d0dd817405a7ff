import { FATES } from '../accounting/fate';
import { escapeHtml } from './escape';
import { FATE_LOOKS } from './fate-look';
import { modeSection } from './mode-section';
import type { Outcome, Setting } from './outcome';
import { PAGE_SCRIPT } from './page-script';
import { PAGE_STYLE } from './page-style';
import { summaryTable } from './page-table';
import { isFaultless, verdict } from './verdict';

/** The report: one page that needs nothing from outside itself. */
export function htmlReport({ setting, results, leftOut }: Outcome): string {
  const fates = FATES.map((fate) => {
    const { label, colour, meaning } = FATE_LOOKS[fate];
    return `<dt><i style="background:${colour}"></i>${label}</dt><dd>${escapeHtml(meaning)}</dd>`;
  });
  const without = leftOut.map(
    ({ mode, lacks }) => `<li>${escapeHtml(mode.title)}: it wants ${escapeHtml(lacks)}</li>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Drain drill</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
<h1>Drain drill</h1>
<p class="setting">${settingLine(setting)}</p>
<p class="verdict ${isFaultless(results) ? 'good' : 'bad'}">${escapeHtml(verdict(results, setting))}</p>
${summaryTable(results)}
${without.length === 0 ? '' : `<details><summary>modes that were left out: ${without.length}</summary><ul>${without.join('')}</ul></details>`}
<details><summary>what the words mean</summary><dl>${fates.join('')}</dl></details>
${results.map(modeSection).join('\n')}
<script>${PAGE_SCRIPT}</script>
</body>
</html>
`;
}

function settingLine(setting: Setting): string {
  const minutes = setting.tookMs / 60_000;
  const parts = [
    `<code>${escapeHtml(setting.command)}</code>`,
    `${setting.clients} clients`,
    `${escapeHtml(setting.startedAt.slice(0, 16).replace('T', ' '))} UTC`,
    `${escapeHtml(setting.platform)}, ${setting.cpus} CPUs, drill on Node ${escapeHtml(setting.node.slice(1))}`,
    minutes < 2 ? `took ${Math.round(setting.tookMs / 1000)} s` : `took ${minutes.toFixed(0)} min`,
  ];
  return parts.join(' · ');
}
