import fc from 'fast-check';
import MarkdownIt from 'markdown-it';
import { oneShot } from '../../src/modes/one-shot';
import { escapeMarkdown } from '../../src/report/markdown';
import { markdownSummary } from '../../src/report/markdown-summary';
import { plain } from '../../src/report/plain-text';
import { lossyResult, modeResult, outcomeOf } from './support/outcome';

const markdown = new MarkdownIt({ html: true, linkify: true });

test('the figures of each mode are a table without columns of zeros', () => {
  const results = [lossyResult(), modeResult({ mode: oneShot })];
  const lines = markdownSummary(outcomeOf(results)).split('\n');
  expect(lines.filter((line) => line.startsWith('|'))).toEqual([
    '| mode | trials | with fault | requests | acknowledged | LOST | exit ms: median (p95) |',
    '| :-- | --: | --: | --: | --: | --: | --: |',
    '| kept-alive | 2 | **1** | 20 | 17 | **3** | 12 (20) |',
    '| one-shot | 2 | 0 | 20 | 20 | 0 | 12 (20) |',
  ]);
});

test('a cause is told once, with the modes in which it was found', () => {
  const text = markdownSummary(outcomeOf([lossyResult(), lossyResult({ count: 4 }, { mode: oneShot })]));
  expect(text.match(/Answers are cut off/g)).toHaveLength(1);
  expect(text).toContain('**Answers are cut off** (7 requests in `kept-alive`, `one-shot`)');
  expect(text).toContain('Advice: Wait for them.');
  expect(markdown.render(text)).toMatch(/<details><summary>Evidence<\/summary>\s*<pre>connection 4 was/);
});

test('where nothing went wrong, it says so, and what was left out', () => {
  const leftOut = [{ mode: oneShot, lacks: 'a <thing>' }];
  const html = markdown.render(markdownSummary(outcomeOf([modeResult()], { leftOut })));
  expect(html).toContain('nothing lost');
  expect(html).not.toMatch(/Why|Evidence/);
  expect(html).toContain('<code>one-shot</code> is left out: it wants a &lt;thing&gt;');
});

const NASTY = [
  '|',
  '`',
  '``',
  '\\',
  '*x*',
  '_x_',
  '~~x~~',
  '[x](y)',
  '![x](y)',
  '<b>',
  '</pre>',
  '</details>',
  '<!--',
  '&lt;',
  '# ',
  '\n\n',
  '\u0000',
  '\u001b[2J',
];
const nasty = fc
  .array(fc.oneof(fc.constantFrom(...NASTY), fc.string({ maxLength: 4 })), { maxLength: 8 })
  .map((parts) => `x${parts.join('')}x`);
const TEXT = /<[^>]*>/g;
const decoded = (html: string) =>
  html
    .replace(TEXT, '')
    .replace(/&(?:lt|gt|quot|#39|amp);/g, (entity) => {
      return { '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'", '&amp;': '&' }[entity] ?? entity;
    })
    .trim();

test('an escaped text is shown as it is', () => {
  fc.assert(
    fc.property(nasty, (text) => {
      expect(decoded(markdown.render(`**${escapeMarkdown(text)}**`))).toBe(plain(text).replace(/\s+/g, ' '));
    }),
    { numRuns: 500 },
  );
});

test('no text from elsewhere makes elements, or breaks those of the summary', () => {
  const kinds = (html: string) => html.match(/<\/?[a-z][a-z0-9]*/g);
  const summaryOf = (text: string) => {
    const result = lossyResult({ title: text, explanation: text, advice: text, evidence: [text] });
    const setting = { ...outcomeOf([]).setting, command: text };
    return markdown.render(
      markdownSummary(outcomeOf([result], { setting, leftOut: [{ mode: oneShot, lacks: text }] })),
    );
  };
  const usual = kinds(summaryOf('xx'));
  fc.assert(
    fc.property(nasty, (text) => {
      expect(kinds(summaryOf(text))).toEqual(usual);
    }),
    { numRuns: 300 },
  );
});
