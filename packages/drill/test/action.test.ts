import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { validateAction, validateWorkflow } from '@action-validator/core';
import { parse } from 'yaml';
import { DRILL } from './support/drill-process';

const PACKAGE = path.join(__dirname, '..');
const TEXT = readFileSync(path.join(PACKAGE, 'action.yml'), 'utf8');
const ACTION = parse(TEXT);
const [STEP] = ACTION.runs.steps;
const SMALL = `${process.execPath} ${path.join(__dirname, 'fixtures/small.js')}`;
const { version } = JSON.parse(readFileSync(path.join(PACKAGE, 'package.json'), 'utf8'));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'drill-action-'));
  mkdirSync(at('bin'));
  // Instead of what the registry has: this package.
  const words = DRILL.map((word) => `'${word}'`).join(' ');
  writeFileSync(
    at('bin/npx'),
    `#!/bin/sh\nprintf '%s\\n' "$@" >'${at('words')}'\nshift 2\nexec ${words} "$@"\n`,
  );
  chmodSync(at('bin/npx'), 0o755);
});
afterEach(() => rmSync(folder, { recursive: true }));
const at = (name: string) => path.join(folder, name);

/** Runs the step as a runner does, and returns what the drill was told, and the outputs. */
function runStep(inputs: Record<string, string>) {
  const defaults = Object.fromEntries(
    Object.entries<{ default: string }>(ACTION.inputs).map(([name, input]) => [name, String(input.default)]),
  );
  const values: Record<string, string> = { ...defaults, ...inputs };
  const env = Object.fromEntries(
    Object.entries<string>(STEP.env).map(([name, expression]) => {
      const input = /^\$\{\{ inputs\.([\w-]+) \}\}$/.exec(expression)?.[1] ?? '';
      return [name, values[input] ?? expression];
    }),
  );
  writeFileSync(at('step.sh'), STEP.run);
  const { status, stdout, stderr } = spawnSync(
    'bash',
    ['--noprofile', '--norc', '-eo', 'pipefail', at('step.sh')],
    {
      cwd: folder,
      encoding: 'utf8',
      timeout: 60_000,
      env: {
        ...process.env,
        ...env,
        PATH: `${at('bin')}:${process.env.PATH}`,
        GITHUB_OUTPUT: at('outputs'),
        GITHUB_STEP_SUMMARY: at('summary.md'),
      },
    },
  );
  const outputs = existsSync(at('outputs')) ? readFileSync(at('outputs'), 'utf8') : '';
  return {
    status,
    said: stdout + stderr,
    words: readFileSync(at('words'), 'utf8').trimEnd().split('\n'),
    outputs: Object.fromEntries(
      [...outputs.matchAll(/^([\w-]+)<<(\S+)\n([\s\S]*?)\n\2$/gm)].map(([, name, , value]) => [name, value]),
    ),
  };
}

test('the action is one, by the schema for actions', () => {
  expect(validateAction(TEXT)).toMatchObject({ actionType: 'action', errors: [] });
});

test('no input is pasted into the script, and each one reaches it', () => {
  expect(STEP.run).not.toContain('${{');
  const used = Object.values<string>(STEP.env).map((text) => /inputs\.([\w-]+)/.exec(text)?.[1]);
  expect([...used, 'working-directory'].sort()).toEqual(Object.keys(ACTION.inputs).sort());
  for (const [name, { value }] of Object.entries<{ value: string }>(ACTION.outputs))
    expect(value).toBe(`\${{ steps.${STEP.id}.outputs.${name} }}`);
});

test('it takes the version that it came with', () => {
  expect(ACTION.inputs.version.default).toBe(version);
});

test('runs the drill, and says where the reports are', () => {
  writeFileSync(at('drill.yaml'), `command: ${SMALL}\nmode: one-shot\nclients: 2\nclientsStop: 20ms\n`);
  const { status, said, words, outputs } = runStep({
    config: 'drill.yaml',
    args: '--trials 1\r\n\n--clients 4\n',
  });
  expect(words.slice(0, 2)).toEqual(['--yes', `lastcall-drill@${version}`]);
  expect(words.slice(2)).toEqual([
    ...[
      '--summary',
      at('summary.md'),
      '--config',
      'drill.yaml',
      '--json',
      'drill.json',
      '--junit',
      'drill.xml',
    ],
    ...['--report', 'drill.html', '--trials', '1', '--clients', '4'],
  ]);
  expect(said).toContain('1 SIGTERM');
  expect(status).toBe(0);
  expect(outputs).toMatchObject({ 'exit-code': '0', json: at('drill.json'), report: at('drill.html') });
});

test('faults fail the step, unless they should not', () => {
  const inputs = { command: `${SMALL} & wait`, args: '--trials 1\n--mode kept-alive\n--clients 2\n--exit 7' };
  const { status, outputs } = runStep(inputs);
  expect({ status, code: outputs['exit-code'] }).toEqual({ status: 1, code: '1' });
  expect(runStep({ ...inputs, 'fail-on-faults': 'false' }).status).toBe(0);
});

test('a drill that cannot be run fails the step in any case, and names no report', () => {
  const { status, said, outputs } = runStep({ args: '--trails 3', 'fail-on-faults': 'false' });
  expect(said).toContain('Did you mean --trials?');
  expect({ status, outputs }).toEqual({ status: 2, outputs: { 'exit-code': '2' } });
});

test('what is hostile in an input stays a word', () => {
  const hostile = '$(touch hacked) `touch hacked`; touch hacked';
  const { words } = runStep({
    config: hostile,
    args: `${hostile}\n--effects "${hostile}`,
    version: hostile,
    json: '',
  });
  expect(existsSync(at('hacked'))).toBe(false);
  expect(words).toEqual(
    expect.arrayContaining([`lastcall-drill@${hostile}`, hostile, '--effects', `"${hostile}`]),
  );
  expect(words).not.toContain('--json');
});

describe('the README', () => {
  const blocks = readFileSync(path.join(PACKAGE, 'README.md'), 'utf8')
    .split(/^## /m)
    .filter((section) => section.startsWith('In CI'))
    .flatMap((section) => [...section.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text = '']) => text));

  test('has a workflow for GitHub with inputs and outputs that there are', () => {
    const [text = ''] = blocks;
    expect(validateWorkflow(text)).toMatchObject({ actionType: 'workflow', errors: [] });
    const { steps } = parse(text).jobs['drain-drill'];
    const step = steps.find(({ id }: { id?: string }) => id === 'drill');
    expect(Object.keys(ACTION.inputs)).toEqual(expect.arrayContaining(Object.keys(step.with)));
    for (const [, name = ''] of text.matchAll(/outputs\.([\w-]+)/g))
      expect(ACTION.outputs).toHaveProperty(name);
  });

  test('has a job for GitLab', () => {
    const job = parse(blocks[1] ?? '')['drain-drill'];
    expect(job.script.at(-1)).toContain('npx lastcall-drill --config drill.yaml');
    expect(job.artifacts.reports.junit).toBe('drill.xml');
  });
});
