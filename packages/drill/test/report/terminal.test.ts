import { createColors } from 'picocolors';
import { exitIdle } from '../../src/modes/time-to-exit';
import { terminalTable } from '../../src/report/table';
import { terminalReport } from '../../src/report/terminal';
import { lossyResult, modeResult, outcomeOf } from './support/outcome';

const colours = createColors(true);
const plain = createColors(false);
const heads = (table: string) => table.split('\n')[1]?.match(/[A-Za-z0-9/]+/g);
const widest = (text: string) => Math.max(...text.split('\n').map((line) => line.length));

test('where there is room, the table has the columns of what must not be, with their zeros', () => {
  const wide = terminalTable([modeResult()], { width: 140, colours: plain });
  expect(heads(wide)).toEqual(
    expect.arrayContaining(['LOST', 'PHANTOM', 'MISSING', 'UNEXPLAINED', '503/4xx']),
  );
  expect(wide).not.toMatch(/FAILED|UNKNOWN|withheld/);
});

test('where there is not, columns that are 0 in every mode make room', () => {
  const results = [modeResult(), lossyResult({}, { mode: exitIdle })];
  const narrow = terminalTable(results);
  expect(heads(narrow)).toEqual(['mode', 'trials', 'with', 'requests', 'acknowledged', 'LOST', 'exit', 'ms']);
  expect(widest(narrow)).toBeLessThanOrEqual(100);
});

test('the time to exit has that of a process which exits at once beside it, where it was measured', () => {
  const timed = modeResult({ mode: exitIdle, bareExitMs: { median: 5.4, p95: 9, max: 9 } });
  const rows = terminalTable([modeResult(), timed]).split('\n');
  expect(rows.find((row) => row.includes('exit-idle'))).toMatch(/12 \(20\) │ +5 \(9\) │ +\+7 │$/);
  expect(rows.find((row) => row.includes('kept-alive'))).toMatch(/12 \(20\) │ +│ +│$/);
});

test('says why: the title, how often, at most three lines of evidence, and what to change', () => {
  const evidence = ['first', 'second\nthird', 'fourth'];
  const text = terminalReport(outcomeOf([lossyResult({ evidence })]));
  expect(text.slice(text.indexOf('Why')).split('\n')).toEqual([
    'Why',
    '',
    'Answers are cut off',
    '  3 requests in kept-alive',
    '  The process exits while requests are in flight.',
    '  | first',
    '  | second',
    '  | third',
    '  Advice: Wait for them.',
    '',
  ]);
});

test('breaks its sentences at the width of the terminal', () => {
  const long = 'a word and another '.repeat(20);
  const result = lossyResult({ title: long, explanation: long, advice: long, evidence: [long] });
  const text = terminalReport(outcomeOf([result]), { width: 60, colours: plain });
  expect(widest(text.slice(text.indexOf('Why')))).toBeLessThanOrEqual(60);
  expect(text.replace(/[\s|]+/g, ' ')).toContain(`Advice: ${long}`.trim());
});

test('is green where nothing went wrong, and red where something did', () => {
  const look = { width: 200, colours };
  const good = terminalReport(outcomeOf([modeResult()]), look);
  expect(good).toContain('\u001b[32m2 SIGTERMs, 20 requests: nothing lost');
  expect(good).not.toContain('\u001b[31m');
  const bad = terminalReport(outcomeOf([lossyResult()]), look);
  expect(bad).toContain('\u001b[31m3\u001b[39m');
  expect(bad).toContain('\u001b[31m2 SIGTERMs, 20 requests: one trial with a fault.');
  expect(bad).not.toContain('\u001b[32m');
});

test('what the server wrote commands no terminal', () => {
  const result = lossyResult({ evidence: ['\u001b[2J\u001b]0;title\u0007\u009b31mred\rover\b\u0000'] });
  const text = terminalReport(outcomeOf([result]));
  expect(text).toContain('red');
  expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
});
