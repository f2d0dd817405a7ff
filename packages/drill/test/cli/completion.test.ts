import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describeWith } from '../../../../test/support/optional-suite';
import { commandLine } from '../../src/cli/command-line';
import { completion } from '../../src/cli/completion/completion';
import { MODE_NAMES } from '../../src/modes';
import { runDrillProcess } from '../support/drill-process';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'drill-completion-'));
  for (const shell of ['bash', 'zsh', 'fish']) writeFileSync(at(shell), completion([shell], '1.2.3'));
  writeFileSync(at('mine.yaml'), '');
  mkdirSync(at('mine.folder'));
});
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => path.join(folder, name);

function run(program: string, script: string): string {
  const options = { cwd: folder, encoding: 'utf8', timeout: 30_000 } as const;
  const { stdout, stderr } = spawnSync(program, ['-c', script], {
    ...options,
    env: { ...process.env, HOME: folder, TERM: 'xterm' },
  });
  expect(stderr).toBe('');
  return stdout;
}

/** What stands before the cursor, and everything that may be there instead of its last word. */
const CASES: readonly [line: string, offers: readonly string[]][] = [
  ['--mo', ['--mode']],
  ['--no-', ['--no-refusals']],
  ['--ready', ['--ready', '--ready-timeout']],
  ['--mode kept', ['kept-alive']],
  ['--mode kept-alive,one', ['kept-alive,one-shot']],
  ['--mode ', ['all', 'load', ...MODE_NAMES]],
  ['--id ', ['text', 'uuid']],
  ['--signal SIGTER', ['SIGTERM']],
  ['--config mine.y', ['mine.yaml']],
  ['--json mine.y', ['mine.yaml']],
  ['--tls mine.y', ['mine.yaml']],
  ['--trials 3 -- cat mine.y', ['mine.yaml']],
  ['completion ', ['bash', 'fish', 'zsh']],
  ['init --f', ['--force']],
  ['init mine.y', ['mine.yaml']],
];

const sorted = (words: readonly string[]) => [...words].sort();

describeWith('bash', 'in bash', () => {
  /** As bash itself calls it: words are cut at `=` too. */
  const offers = (line: string) => {
    const words = ['lastcall-drill', ...line.split(/ |(=)/).filter((word) => word !== undefined)];
    const quoted = words.map((word) => `'${word}'`).join(' ');
    const script = `source ./bash; COMP_WORDS=(${quoted}); COMP_CWORD=${words.length - 1}; _lastcall_drill; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return run('bash', script)
      .split('\n')
      .filter((word) => word !== '');
  };

  test.each(CASES)('%s', (line, words) => {
    expect(sorted(offers(line))).toEqual(sorted(words));
  });

  test('a value after an equals sign', () => {
    expect(offers('--mode=load,pipe')).toEqual(['load,pipelining']);
    expect(offers('--mode=')).toContain('all');
  });

  test('a folder, a program, and an option after one whose value may be left out', () => {
    expect(offers('--cwd mine')).toEqual(['mine.folder']);
    expect(offers('-- whoam')).toContain('whoami');
    expect(offers('complet')).toContain('completion');
    expect(offers('--postgres --mod')).toEqual(['--mode']);
  });
});

describeWith('fish', 'in fish', () => {
  const offers = (line: string) =>
    run('fish', `source ./fish; complete -C 'lastcall-drill ${line}'`)
      .split('\n')
      .map((text) => text.split('\t')[0] ?? '')
      .filter((word) => word !== '');

  // Of an optional value it knows only after an equals sign.
  test.each(CASES.filter(([line]) => !line.startsWith('--tls')))('%s', (line, words) => {
    expect(sorted(offers(line))).toEqual(sorted(words));
  });

  test('a value after an equals sign', () => {
    expect(offers('--mode=load,pipe')).toEqual(['--mode=load,pipelining']);
    expect(offers('--tls=mine.y')).toEqual(['--tls=mine.yaml']);
  });

  test('a folder, a program, and a command', () => {
    expect(offers('--cwd mine')).toEqual(['mine.folder/']);
    expect(offers('-- whoam')).toContain('whoami');
    expect(offers('complet')).toEqual(['completion']);
  });
});

describeWith('zsh', 'in zsh', () => {
  /** Ctrl-G shows the line as it stands. */
  const SETTINGS = `PROMPT=; autoload -Uz compinit; compinit -D -u; source ./zsh
show() { print -r -- "<<$BUFFER>>"; BUFFER=; zle accept-line }
zle -N show; bindkey '^G' show; print READY`;
  beforeAll(() => writeFileSync(at('settings'), SETTINGS));

  /** Presses Tab in a zsh with a terminal, and sees what becomes of the line. */
  const lineAfterTab = (line: string) =>
    run(
      'zsh',
      `zmodload zsh/zpty; zpty w 'zsh -f -i'
      zpty -w w '. ./settings'; zpty -r -m w said '*READY*'
      zpty -n -w w 'lastcall-drill ${line}'$'\\t\\a'; zpty -r -m w said '*>>*'
      print -r -- "$said"; zpty -d w`,
    ).match(/<<lastcall-drill (.*?)>>/)?.[1];

  const UNIQUE = CASES.filter(([, offers]) => offers.length === 1);
  test.each(UNIQUE)('%s', (line, [offer = '']) => {
    const before = line.slice(0, line.lastIndexOf(' ') + 1);
    expect(lineAfterTab(line)?.replace(/[=, ]$/, '')).toBe(before + offer);
  });

  test('a value after an equals sign, a folder, and what cannot be decided', () => {
    expect(lineAfterTab('--mode=load,pipe')).toBe('--mode=load,pipelining,');
    expect(lineAfterTab('--cwd mine')).toBe('--cwd mine.folder/');
    expect(lineAfterTab('completion ')).toBe('completion ');
  });
});

test('every option of --help is in every script', () => {
  const names = commandLine('1.2.3').options.map(({ long }) => long?.replace(/^--/, '') ?? '');
  expect(names.length).toBeGreaterThan(40);
  for (const shell of ['bash', 'zsh', 'fish'])
    expect(names.filter((name) => !completion([shell], '1.2.3').includes(name))).toEqual([]);
});

test('is printed by the program; another shell is a mistake', async () => {
  const { code, stdout } = await runDrillProcess(['completion', 'fish']);
  expect({ code, stdout }).toEqual({
    code: 0,
    stdout: expect.stringContaining('complete -c lastcall-drill'),
  });
  const { code: wrong, stderr } = await runDrillProcess(['completion', 'tcsh']);
  expect(stderr).toContain('Allowed choices are bash, zsh, fish.');
  expect(wrong).toBe(2);
});
