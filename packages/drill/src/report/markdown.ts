import { escapeHtml } from './escape';
import { plain } from './plain-text';

/** Text as Markdown on one line: none of it is formatting, a link, HTML, mathematics or the end of a table's cell. */
export function escapeMarkdown(text: string): string {
  return plain(text)
    .replace(/\s+/g, ' ')
    .replace(/[\\`*_~[\]#|$@!]/g, '\\$&')
    .replace(/[&<>]/g, escapeHtml);
}

/** Text as code within a line, between more backticks than it has in a row. */
export function codeSpan(text: string): string {
  const line = plain(text).replace(/\s+/g, ' ');
  const longest = (line.match(/`+/g) ?? []).reduce((most, run) => Math.max(most, run.length), 0);
  const fence = '`'.repeat(longest + 1);
  return longest === 0 ? `${fence}${line}${fence}` : `${fence} ${line} ${fence}`;
}

/** Lines as they are. */
export function preformatted(lines: readonly string[]): string {
  return `<pre>${escapeHtml(plain(lines.join('\n')))}</pre>`;
}
