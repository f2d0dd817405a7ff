import type { ModeResult } from '../run/mode-result';
import { COLUMNS, usedColumns } from './columns';
import { faultsInWords } from './fault-words';
import { codeSpan, escapeMarkdown, preformatted } from './markdown';
import type { Outcome } from './outcome';
import { howOften, type RunCause, runCauses } from './run-causes';
import { amount, isFaultless, verdict } from './verdict';
import { evidenceOf } from './why-text';

const EVIDENCE_LINES = 30;

/** The result as Markdown, to be added to what stands in a file. */
export function markdownSummary({ setting, results, leftOut }: Outcome): string {
  const isGood = isFaultless(results);
  const causes = runCauses(results);
  const faults = causes.length > 0 ? [] : results.flatMap(faultLines);
  const parts = [
    '## Drain drill',
    `${isGood ? '✅' : '❌'} **${escapeMarkdown(verdict(results, setting))}**`,
    `${codeSpan(setting.command)}, ${amount(setting.clients, 'client')}, seed ${setting.seed}`,
    table(results),
    ...(faults.length > 0 ? [faults.join('\n')] : []),
    ...(causes.length > 0 ? ['### Why', ...causes.flatMap(causeParts)] : []),
    ...(leftOut.length > 0
      ? [
          leftOut
            .map(
              ({ mode, lacks }) => `- ${codeSpan(mode.name)} is left out: it wants ${escapeMarkdown(lacks)}`,
            )
            .join('\n'),
        ]
      : []),
  ];
  return `\n${parts.join('\n\n')}\n`;
}

function table(results: readonly ModeResult[]): string {
  const columns = usedColumns(COLUMNS, results);
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [
    row(columns.map(({ head }) => escapeMarkdown(head))),
    row(columns.map((_, index) => (index === 0 ? ':--' : '--:'))),
    ...results.map((result) =>
      row(
        columns.map(({ cell, isFault }) => {
          const value = cell(result);
          const text = escapeMarkdown(String(value));
          return isFault === true && value !== 0 ? `**${text}**` : text;
        }),
      ),
    ),
  ].join('\n');
}

function faultLines(result: ModeResult): string[] {
  return faultsInWords(result).map((line) => `- ${codeSpan(result.mode.name)}: ${escapeMarkdown(line)}`);
}

function causeParts(cause: RunCause): string[] {
  const lines = evidenceOf(cause, EVIDENCE_LINES);
  const found = `${howOften(cause)} in ${cause.modes.map(codeSpan).join(', ')}`;
  return [
    `**${escapeMarkdown(cause.title)}** (${found})`,
    escapeMarkdown(cause.explanation),
    `Advice: ${escapeMarkdown(cause.advice)}`,
    ...(lines.length > 0
      ? [`<details><summary>Evidence</summary>\n\n${preformatted(lines)}\n\n</details>`]
      : []),
  ];
}
