import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describeWith } from '../../../../test/support/optional-suite';
import { until } from '../../../../test/support/until';
import { scenarioOf } from '../../src/scenario/scenario';
import { readScenarioFile } from '../../src/scenario/scenario-file';
import { DRILL, runDrillProcess, startDrill, whenEnded } from '../support/drill-process';

const SERVER = `node ${path.join(__dirname, '../fixtures/small.js')}`;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'drill-init-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const at = (name: string) => path.join(folder, name);
const text = (name = 'drill.yaml') => readFileSync(at(name), 'utf8');
const init = (answers: readonly string[], ...args: string[]) =>
  runDrillProcess(['init', ...args], { cwd: folder, input: answers.map((line) => `${line}\n`).join('') });

test('takes the defaults where the answers end, and names the published schema', async () => {
  expect(await init([])).toMatchObject({ code: 0, stdout: expect.stringContaining('drill.yaml is written') });
  expect(text()).toMatch(
    /^# yaml-language-server: \$schema=https:\/\/unpkg\.com\/lastcall-drill\/schema\/scenario\.schema\.json\n/,
  );
  expect(readScenarioFile(at('drill.yaml'))).toEqual({
    command: 'node server.js',
    requests: [{ request: 'GET /', expect: { status: '2xx' } }],
  });
});

test('a name that ends with .json gets JSON', async () => {
  expect(await init([], 'drill.json')).toMatchObject({ code: 0 });
  expect(JSON.parse(text('drill.json'))).toEqual({
    command: 'node server.js',
    requests: [{ request: 'GET /', expect: { status: '2xx' } }],
  });
});

test('--yes asks nothing, and takes the start of package.json', async () => {
  writeFileSync(at('package.json'), '{"scripts":{"start":"node app.js --fast"}}');
  const { code, stderr } = await init(['no server'], '--yes', 'other.yaml');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(readScenarioFile(at('other.yaml'))).toMatchObject({ command: 'node app.js --fast' });
});

test('what it writes is a drill that runs', async () => {
  const answers = [
    SERVER,
    'GET /',
    'POST /orders',
    '{"name":"{{id}}","tags":[1]}',
    '201',
    'GET /',
    '',
    '',
    'cat ids.txt',
  ];
  expect((await init(answers)).code).toBe(0);
  expect(readScenarioFile(at('drill.yaml'))).toEqual({
    command: SERVER,
    ready: 'GET /',
    requests: [
      { request: 'POST /orders', body: { name: '{{id}}', tags: [1] }, expect: { status: 201 } },
      { request: 'GET /', expect: { status: '2xx' } },
    ],
    effects: 'cat ids.txt',
  });
  writeFileSync(at('ids.txt'), '');
  const words = ['--config', 'drill.yaml', '--trials', '1', '--mode', 'kept-alive', '--clients', '2'];
  const { code, stdout, stderr } = await runDrillProcess(words, { cwd: folder });
  expect(stderr).toBe('');
  expect(stdout).toContain('1 SIGTERM');
  expect(code).toBe(1); // nothing has been stored: each acknowledged request is lost
});

const ANSWERS: Record<string, [answers: string[], words: object]> = {
  'a query in a database of the drill': [
    ['', '', 'PUT /orders/{{id}}', '-', '', '', 'select name from orders'],
    {
      command: 'node server.js',
      requests: [{ request: 'PUT /orders/{{id}}', expect: { status: '2xx' } }],
      effectsSql: 'select name from orders',
      postgres: true,
    },
  ],
  'a target, with a log': [
    [
      'https://127.0.0.1:8443',
      'kill it',
      'wait for it',
      'start it',
      'GET /ready',
      'GET /{{id}}',
      '',
      '',
      'a.log',
    ],
    {
      target: 'https://127.0.0.1:8443',
      stop: 'kill it',
      gone: 'wait for it',
      start: 'start it',
      ready: 'GET /ready',
      requests: [{ request: 'GET /{{id}}', expect: { status: '2xx' } }],
      effectsLog: 'a.log',
    },
  ],
  'a text as a body': [
    ['', '', 'POST /form', 'name={{id}}', '', '', 'select 1', 'postgres://me@127.0.0.1/shop'],
    {
      command: 'node server.js',
      requests: [{ request: 'POST /form', body: 'name={{id}}', expect: { status: '2xx' } }],
      effectsSql: 'select 1',
      effectsUrl: 'postgres://me@127.0.0.1/shop',
    },
  ],
};

test.each(Object.keys(ANSWERS))('asks about %s', async (name) => {
  const [answers, words] = ANSWERS[name] ?? [[], {}];
  expect((await init(answers)).code).toBe(0);
  expect(readScenarioFile(at('drill.yaml'))).toEqual(words);
  expect(() => scenarioOf(readScenarioFile(at('drill.yaml')))).not.toThrow();
});

test('every example in a comment is one that may be said', async () => {
  for (const answers of [[], ['http://127.0.0.1:8080']]) {
    await init(answers, '--force');
    const examples = text().match(/^# \w+: .*$/gm) ?? [];
    expect(examples.length).toBeGreaterThan(20);
    const names = (line: string) => /^(?:# )?(\w+):/.exec(line)?.[1];
    const said = text()
      .split('\n')
      .filter((line) => /^\w/.test(line))
      .map(names);
    expect(examples.map(names).filter((name) => said.includes(name))).toEqual([]);
    writeFileSync(at('all.yaml'), text().replace(/^# (?=\w+: (?!npx))/gm, ''));
    expect(Object.keys(readScenarioFile(at('all.yaml'))).length).toBeGreaterThan(25);
  }
});

test('a file that is there is left alone, unless --force is given', async () => {
  writeFileSync(at('drill.yaml'), 'mine');
  expect(await init([])).toMatchObject({
    code: 2,
    stderr: 'lastcall-drill: drill.yaml is there already; --force writes over it\n',
  });
  expect(text()).toBe('mine');
  expect((await init([], '--force')).code).toBe(0);
  expect(text()).toContain('command: node server.js');
});

test.each([
  [['node {{prot}}'], '{{prot}} is not known here: there is {{port}}'],
  [['ftp://a', 'x y z'], '"x y z" is no request'],
  [['', '', 'POST /', '{"a":"{{idd}}"}'], '{{idd}} is not known'],
  [['', '', 'GET /', 'maybe'], '"maybe" is no status'],
  [['http://'], 'a URL such as http://127.0.0.1:8080'],
])('an answer that will not do, from a pipe, is an error: %j', async (answers, message) => {
  expect(await init(answers)).toMatchObject({ code: 2, stderr: expect.stringContaining(message) });
  expect(readdirSync(folder)).toEqual([]);
});

test('a signal ends it, and leaves no file', async () => {
  const child = startDrill(['init'], { cwd: folder });
  const ended = whenEnded(child);
  child.stderr?.once('data', () => child.kill('SIGTERM'));
  expect((await ended).code).toBe(143);
  expect(readdirSync(folder)).toEqual([]);
});

describeWith('script', 'at a terminal', () => {
  /** Runs `init` in a terminal. Resolves with all that it shows, and with its exit code. */
  async function atTerminal(keys: readonly string[]) {
    const line = `${DRILL.join(' ')} init; echo "code=$?"`;
    const child = spawn('script', ['--quiet', '--command', line, '/dev/null'], {
      cwd: folder,
      env: { ...process.env, SHELL: '/bin/bash', NO_COLOR: '1' },
    });
    let shown = '';
    child.stdout.on('data', (bytes: Buffer) => {
      shown += bytes.toString();
    });
    const prompts = () => shown.split(' > ').length - 1;
    for (const [index, key] of keys.entries()) {
      await until('the prompt', () => prompts() > index, 20_000);
      child.stdin.write(key);
    }
    await until('the end', () => /code=\d+/.test(shown), 20_000);
    child.stdin.end();
    return { shown, code: Number(/code=(\d+)/.exec(shown)?.[1]) };
  }

  test('a wrong answer is asked for again', async () => {
    const { shown, code } = await atTerminal(['node {{prot}}\r', 'node a.js\r', '\r', '\r', '\r', '\r']);
    expect(shown).toContain('{{prot}} is not known here');
    expect(code).toBe(0);
    expect(readScenarioFile(at('drill.yaml'))).toMatchObject({ command: 'node a.js' });
  });

  test.each([
    ['Ctrl-C', '\u0003'],
    ['Ctrl-D', '\u0004'],
  ])('%s ends it, and leaves no file', async (_name, key) => {
    const { shown, code } = await atTerminal(['node a.js\r', key]);
    expect(shown).toContain('nothing was written');
    expect(code).toBe(130);
    expect(readdirSync(folder)).toEqual([]);
  });
});
