import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { stripVTControlCharacters } from 'node:util';
import { describeWith } from '../../../../test/support/optional-suite';
import { DRILL } from '../support/drill-process';

const SERVER = path.resolve(__dirname, '../fixtures/no-database.js');
const WORDS = [
  ...DRILL,
  ...['--trials', '1', '--clients', '3', '--mode', 'kept-alive,one-shot', '--', process.execPath, SERVER],
];

/** Jest's workers have their own idea of colours. */
function environment(more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const { NO_COLOR: _no, FORCE_COLOR: _force, ...rest } = process.env;
  return { ...rest, TERM: 'xterm', ...more };
}

async function run(program: string, words: readonly string[], env = environment()) {
  const child = spawn(program, words, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { stdout, stderr };
}

/** What a pipe must not see of a terminal. */
const CONTROL = /[^\P{Cc}\n]/u;

test('in a pipe there is the result, and nothing else: no progress, no escape code', async () => {
  const [program = '', ...words] = WORDS;
  const { stdout, stderr } = await run(program, words, environment({ CI: 'true' }));
  expect(stderr).toBe('');
  expect(stdout).toMatch(/^┌[\s\S]* kept-alive [\s\S]* one-shot [\s\S]*\n2 SIGTERMs, [\d,]+ requests: /);
  expect(stdout).not.toMatch(CONTROL);
});

/** Whether the verdict is green or red. */
const isColoured = (output: string) =>
  ['32', '31'].some((code) => output.includes(`\u001b[${code}m2 SIGTERMs`));

describeWith('script', 'at a terminal', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'drill-terminal-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  /** Runs a shell line at a terminal of 100 columns. */
  const atTerminal = async (line: string) => {
    const words = ['--quiet', '--command', `stty cols 100; ${line}`, '/dev/null'];
    return (await run('script', words, environment({ SHELL: '/bin/sh' }))).stdout;
  };
  const drill = WORDS.map((word) => `'${word}'`).join(' ');

  it('has a bar with the time left, which is erased before the table, and colours', async () => {
    const output = await atTerminal(drill);
    const table = output.indexOf('┌');
    const bar = output.slice(0, table);
    expect(bar).toMatch(/█+░+ 1\/2 SIGTERMs {2}one-shot {2}\d+ s left/);
    // The line is cleared, and nothing is drawn on it any more.
    expect(bar.endsWith('\u001b[1G\u001b[2K')).toBe(true);
    expect(output.slice(table)).not.toContain(' left');
    expect(isColoured(output)).toBe(true);
    const rows = output
      .slice(table)
      .split('\r\n')
      .filter((line) => line.includes('│'));
    expect(Math.max(...rows.map((row) => stripVTControlCharacters(row).length))).toBeLessThanOrEqual(100);
  });

  it('speaks of SIGTERMs only where it sends them', async () => {
    const output = await atTerminal(drill.replace("'--'", "'--signal' 'SIGQUIT' '--'"));
    expect(output).toMatch(/ 1\/2 stops {2}one-shot/);
    expect(output).toMatch(/2 stops, [\d,]+ requests: /);
    expect(output).not.toContain('SIGTERMs');
  });

  it('keeps the bar there when the result goes into a file, and the codes out of it', async () => {
    const output = await atTerminal(`${drill} >'${folder}/out'`);
    expect(output).toContain('SIGTERMs');
    expect(output).not.toContain('┌');
    expect(await readFile(`${folder}/out`, 'utf8')).not.toMatch(CONTROL);
  });

  it('shows the table there when errors go into a file, and no bar in it', async () => {
    const output = await atTerminal(`${drill} 2>'${folder}/errors'`);
    expect(output.startsWith('┌')).toBe(true);
    expect(isColoured(output)).toBe(true);
    expect(await readFile(`${folder}/errors`, 'utf8')).toBe('');
  });
});
