import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client } from 'pg';
import { describeUnless, describeWith } from '../../../../test/support/optional-suite';
import { until } from '../../../../test/support/until';
import { DRILL, runDrillProcess, startDrill, whenEnded } from '../support/drill-process';

jest.setTimeout(60_000);
const SERVER_URL = process.env.LASTCALL_TEST_SERVER_URL ?? '';
const FIXTURES = path.join(__dirname, '../fixtures');
const SMALL = path.join(FIXTURES, 'small.js');
const MANY = ['--trials', '5000', '--mode', 'kept-alive', '--clients', '2'];

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'drill-end-'));
  chmodSync(folder, 0o1777); // as /tmp: Postgres does not run as root
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Every process that the drill starts has the folder's name in its environment. */
const marked = () => ({ ...process.env, TMPDIR: folder });
const read = (pid: string, name: string) => {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return ''; // it has ended
  }
};
const left = () =>
  readdirSync('/proc').filter(
    (pid) => /^\d+$/.test(pid) && read(pid, 'environ').includes(path.basename(folder)),
  );
/** Beside the drill, on whose command line it stands as well. */
const isRunning = (name: string) =>
  left().some((pid) => {
    const line = read(pid, 'cmdline');
    return line.includes(name) && !line.includes('dist/main.js');
  });

async function interrupted(
  args: readonly string[],
  ready: () => boolean | Promise<boolean>,
  signal: NodeJS.Signals,
) {
  const child = startDrill([...MANY, ...args], { env: marked(), cwd: folder });
  const ended = whenEnded(child, '');
  await until('the load', ready, 30_000);
  child.kill(signal);
  return ended;
}

const noProc = existsSync('/proc/self/environ') ? undefined : 'there is no /proc';

describeUnless(noProc, 'an interrupted drill', () => {
  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('%s: ends with %i, and leaves no process of a shell line', async (signal, code) => {
    const line = `${process.execPath} ${SMALL} | cat; sleep 1000`;
    const ended = await interrupted(['--cmd', line], () => isRunning('small.js'), signal);
    expect(ended).toMatchObject({ code, stdout: '', stderr: '\ninterrupted\n' });
    await until('nobody is left', () => left().length === 0, 2000);
  });

  test('leaves no process of a command about effects, and none that is frozen', async () => {
    const words = [
      '--request',
      'GET /{{id}}',
      '--effects',
      'sleep 1000 | cat',
      '--',
      process.execPath,
      SMALL,
    ];
    expect((await interrupted(words, () => isRunning('sleep'), 'SIGTERM')).code).toBe(143);
    await until('nobody is left', () => left().length === 0, 2000);
    const blocked = ['--mode', 'blocked', '--', process.execPath, SMALL];
    expect((await interrupted(blocked, () => isRunning('small.js'), 'SIGTERM')).code).toBe(143);
    await until('nobody is left', () => left().length === 0, 2000);
  });

  test('drops the databases that it has made in a server', async () => {
    const client = new Client({ connectionString: SERVER_URL });
    await client.connect();
    // Of this drill alone: other tests use the same server.
    const names = new Set<string>();
    const ready = () => {
      for (const pid of left()) {
        const [, name] = /DATABASE_URL=[^\0]*\/(drill_\w+)/.exec(read(pid, 'environ')) ?? [];
        if (name !== undefined) names.add(name);
      }
      return names.size === 2;
    };
    const found = async () => {
      const { rows } = await client.query('select datname from pg_database where datname = any($1)', [
        [...names],
      ]);
      return rows.length;
    };
    const words = ['--postgres', SERVER_URL, '--parallel', '2', '--ready', 'GET /health', '--'];
    const server = [process.execPath, path.join(FIXTURES, 'honest.js')];
    const isLoaded = async () => ready() && (await found()) === 2;
    expect((await interrupted([...words, ...server], isLoaded, 'SIGINT')).code).toBe(130);
    expect(await found()).toBe(0);
    await until('nobody is left', () => left().length === 0, 2000);
    await client.end();
  });

  const postgres = ['--postgres', '--', process.execPath, SMALL];
  const throwAways = () => readdirSync(folder).filter((name) => name.startsWith('lastcall-drill-'));

  test('ends its throw-away Postgres, and removes its folder, before it ends itself', async () => {
    const { code } = await interrupted(postgres, () => isRunning('small.js'), 'SIGTERM');
    expect({ code, left: throwAways() }).toEqual({ code: 143, left: [] });
    await until('nobody is left', () => left().length === 0, 2000);
  });

  test('does so too while Postgres is on its way', async () => {
    const { code } = await interrupted(postgres, () => throwAways().length > 0, 'SIGTERM');
    expect({ code, left: throwAways() }).toEqual({ code: 143, left: [] });
    await until('nobody is left', () => left().length === 0, 2000);
  });

  test('that is killed outright takes Postgres with it', async () => {
    const { code } = await interrupted(postgres, () => isRunning('small.js'), 'SIGKILL');
    expect(code).toBeNull();
    await until('the folder', () => throwAways().length === 0, 10_000);
    for (const pid of left()) process.kill(Number(pid), 'SIGKILL');
  });

  test('ends at once the second time', async () => {
    const child = startDrill([...MANY, ...postgres], { env: marked(), cwd: folder });
    const ended = whenEnded(child, '');
    await until('the load', () => isRunning('small.js'), 30_000);
    // A Postgres that cannot end: stopping it would take until the bound.
    const keeper = left().find((pid) => read(pid, 'cmdline').includes('rm -rf'));
    process.kill(Number(keeper), 'SIGSTOP');
    child.kill('SIGINT');
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(child.exitCode).toBeNull();
    const at = performance.now();
    child.kill('SIGINT');
    expect((await ended).code).toBe(130);
    expect(performance.now() - at).toBeLessThan(1000);
    process.kill(Number(keeper), 'SIGCONT');
    await until('nobody is left', () => left().length === 0, 10_000);
    expect(throwAways()).toEqual([]);
  });

  test('by an error that nobody has caught ends with 2, and leaves nothing', async () => {
    const breaks = path.join(FIXTURES, 'throws-later.cjs');
    const env = { ...marked(), NODE_OPTIONS: `--require ${breaks}` };
    const child = startDrill([...MANY, ...postgres], { env, cwd: folder });
    const { code, stderr } = await whenEnded(child, '');
    expect(stderr).toContain('nobody catches this');
    expect({ code, left: throwAways() }).toEqual({ code: 2, left: [] });
    await until('nobody is left', () => left().length === 0, 2000);
  });
});

describeUnless(noProc, 'after each trial', () => {
  test('nothing is left of what a server has started, not even what ignores SIGTERM', async () => {
    const children = path.join(folder, 'children');
    const server = [process.execPath, path.join(FIXTURES, 'leaves-a-child.js')];
    const env = { ...marked(), CHILDREN: children };
    const words = [
      '--trials',
      '3',
      '--mode',
      'one-shot',
      '--clients',
      '1',
      '--request',
      'GET /{{id}}',
      '--effects',
      // A zombie is nobody any more, and SIGKILL takes a moment.
      `for i in $(seq 100); do
        alive=$(xargs -r ps -o stat= -p <"$CHILDREN" | grep -v ^Z); [ -z "$alive" ] && break; sleep 0.02
      done; printf %s "$alive" >>"$CHILDREN.alive"`,
    ];
    const { stdout } = await runDrillProcess([...words, '--', ...server], { env, cwd: folder });
    expect(stdout).toContain('3 SIGTERMs');
    expect(readFileSync(children, 'utf8').trim().split('\n')).toHaveLength(3);
    expect(readFileSync(`${children}.alive`, 'utf8')).toBe('');
    expect(left()).toEqual([]);
  });
});

describeWith('script', 'Ctrl-C at a terminal', () => {
  let terminal: ChildProcess | undefined;
  afterEach(() => terminal?.kill('SIGKILL'));

  test('reaches the drill, and leaves nothing', async () => {
    const line = [...DRILL, ...MANY, '--cmd', `'${process.execPath} ${SMALL} | cat'`].join(' ');
    terminal = spawn('script', ['--quiet', '--command', `${line}; echo "code=$?"`, '/dev/null'], {
      cwd: folder,
      env: { ...marked(), SHELL: '/bin/bash', NO_COLOR: '1' },
    });
    let shown = '';
    terminal.stdout?.on('data', (bytes: Buffer) => {
      shown += bytes.toString();
    });
    await until('the load', () => isRunning('small.js'), 30_000);
    terminal.stdin?.write('\u0003');
    await until('the end', () => shown.includes('code='), 10_000);
    expect(shown).toMatch(/interrupted[\s\S]*code=130/);
    terminal.stdin?.end();
    await until('nobody is left', () => left().length === 0, 10_000);
  });
});
