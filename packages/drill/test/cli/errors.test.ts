import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readCommandLine } from '../../src/cli/command-line';
import { whyNotOn } from '../../src/cli/platform';
import { checkReportFiles } from '../../src/cli/report-files';
import { scenarioOf } from '../../src/scenario/scenario';
import { UsageError } from '../../src/scenario/words';
import { runDrillProcess } from '../support/drill-process';

const FIXTURES = path.join(__dirname, '../fixtures');
const SMALL = path.join(FIXTURES, 'small.js');

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'drill-errors-'));
  writeFileSync(path.join(folder, 'no-folder'), 'no certificate');
  mkdirSync(path.join(folder, 'folder'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What the drill says to these words; undefined when they are right. */
function saidTo(...argv: string[]): string | undefined {
  try {
    scenarioOf(readCommandLine(argv, '1.2.3'));
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    return (error as Error).message;
  }
}

const SERVER = ['--', 'node', 'server.js'];
const COMMAND_LINES: readonly [argv: readonly string[], message: string][] = [
  [['--trials', 'many'], '--trials: it should be a whole number'],
  [['--trials', '0'], '--trials: it should be a whole number of at least 1'],
  [['--clients', '1.5'], '--clients: it should be a whole number'],
  [['--seed', 'x'], '--seed: it should be a whole number'],
  [['--port', '99999'], '--port: it should be a port, from 1 to 65535'],
  [['--request', '/', '--weight', 'heavy'], '--weight: it should be a number'],
  [['--request', '/', '--weight', '-1'], '--weight: it should be a number above 0'],
  [['--weight', '3', '--request', '/'], '--weight: it belongs to the --request before it'],
  [['--cmd', 'true'], '--cmd, or a command after --, but not both'],
  [['--header', 'accept'], '--header: a name and a value'],
  [['--effects', 'true'], '--effects: no request has {{id}}, by which its effect could be found'],
  [['--effects-log', 'x', '--request', 'POST /a', '--body', 'b'], '--effects-log: no request has {{id}}'],
  [['--grace', '3x'], '--grace: it should be a time such as 500ms, 15s or 2m, or a number of milliseconds'],
  [
    ['--ready-timeout', '-3'],
    '--ready-timeout: it should be a time such as 500ms, 15s or 2m, or a number of milliseconds',
  ],
  [['--signal', 'SIGFOO'], '--signal: it should be a signal of this system, such as SIGTERM'],
  [['--exit', '300'], '--exit: it should be an exit code from 0 to 255, or a signal of this system'],
  [['--exit', 'SIGFOO'], '--exit: it should be an exit code from 0 to 255, or a signal of this system'],
  [['--mode', 'kept'], '--mode: no mode kept; did you mean kept-alive?'],
  [['--mode', 'one-shto'], '--mode: no mode one-shto; did you mean one-shot?'],
  [['--mode', 'load,x'], '--mode: no mode x; there is all, load, kept-alive, '],
  [['--env', 'LEVEL'], '--env: "LEVEL" should be a name and a value, such as LOG_LEVEL=warn'],
  [['--header', ': x'], '--header: a name and a value, such as "accept: text/plain"'],
  [['--header', 'a b: x'], 'request GET /: "a b" is no name of a header field'],
  [['--header', 'Connection: close'], 'the header field Connection is written by the drill itself'],
  [['--body', '@/no/such/file'], '--body: the file cannot be read: ENOENT'],
  [['--request', 'POST orders'], 'request POST orders: "POST orders" is no request: a method and a path'],
  [['--request', 'GET /ü'], 'a path has ASCII characters only (percent-encode it)'],
  [['--request', 'GET /{{idd}}'], '{{idd}} is not known: there is {{id}} alone'],
  [['--body', '{{ID}}'], '{{ID}} is not known: there is {{id}} alone'],
  [['--expect', '2xxx'], '"2xxx" is no status: a number such as 201, a class such as 2xx'],
  [['--expect', '999'], '"999" is no status'],
  [['--expect-body', '/(/'], 'request GET /: Invalid regular expression: /(/: Unterminated group'],
  [['--expect-json', '{a'], '--expect-json: it is no JSON: '],
  [['--ready', 'healthz'], '--ready: "healthz" is no request'],
  [['--effects-log', 'a.log', '--effects-match', '('], '--effects-match: Invalid regular expression'],
  [['--effects-match', 'x'], '--effects-match is for --effects-log'],
  [
    ['--effects', 'a', '--effects-sql', 'b'],
    '--effects, --effects-sql: effects are looked up in one place only',
  ],
  [['--reset', 'a'], '--reset is for --effects'],
  [['--tls', '/no/such.pem'], '--tls: the certificate cannot be read: ENOENT'],
  [['--tls', SMALL], '--tls: the certificate cannot be read: '],
  [['--cwd', '/no/such/folder'], '--cwd: there is no folder /no/such/folder'],
  [['--cwd', SMALL], '--cwd: there is no folder '],
  [['--env', 'URL=http://x:{{prot}}'], '--env: {{prot}} is not known here: there is {{port}}'],
  [['--stop', 'kill it'], '--stop: only for a --target'],
  [
    ['--parallel', '2', '--port', '80'],
    '--parallel: a server that always takes the same --port can run only once',
  ],
  [
    ['--postgres', 'mysql://x'],
    '--postgres: it should be a URL such as postgres://user@127.0.0.1:5432/postgres',
  ],
  [['--mode', 'health'], '--mode health wants --ready'],
  [['--mode', 'fetch', '--body', 'x'], '--mode fetch wants GET and HEAD without a body'],
];

test.each(COMMAND_LINES)('%j', (argv, message) => {
  expect(saidTo(...argv, ...SERVER)).toContain(message);
});

test.each([
  [[], 'which server? A command after --, such as "-- node server.js", or --target and --stop'],
  [['--', 'node', '{{prot}}'], 'the command: {{prot}} is not known here: there is {{port}}'],
  [['--target', 'example.org', '--stop', 'x'], '--target: it should be a URL such as http://127.0.0.1:8080'],
  [['--target', 'http://127.0.0.1:1'], '--target wants --stop, the command that tells it to stop'],
  [['--target', 'http://127.0.0.1:1', '--stop', 'x', '--port', '1'], '--port: not for a --target'],
  [['--target', 'http://127.0.0.1:1', '--stop', 'x', '--signal', 'INT'], '--signal: not for a --target'],
  [['--target', 'http://127.0.0.1:1', '--stop', 'x', '--exit', '7'], '--exit wants --gone'],
])('without a server of the drill: %j', (argv, message) => {
  expect(saidTo(...argv)).toContain(message);
});

test('all that is wrong on the command line is said at once, and so is all that does not go together', () => {
  const wrong = ['--grace', '3x', '--signal', 'SIGFOO', '--body', '@/no', '--trials', '0', '--env', 'X'];
  const said = saidTo(...wrong, ...SERVER)
    ?.split('\n')
    .map((line) => line.split(':')[0]);
  expect(said?.sort()).toEqual(['--body', '--env', '--grace', '--signal', '--trials']);
  const contradictory = ['--mode', 'x', '--ready', 'x', '--request', 'x', '--cwd', '/no', '--tls', '/no'];
  expect(
    saidTo(...contradictory, ...SERVER)
      ?.split('\n')
      .map((line) => line.split(':')[0]),
  ).toEqual(['--cwd', 'request x', '--ready', '--mode', '--tls']);
});

const FILES: readonly [text: string, messages: readonly string[]][] = [
  [
    'trails: 3\nrequests:\n  - request: GET /\n    wieght: 3\n    expect: { statis: 3 }\ngrace: soon\n',
    [
      '5:15: requests[0].expect.statis: unknown; did you mean status?',
      '4:5: requests[0].wieght: unknown; did you mean weight?',
      '6:1: grace: it should be a time such as 500ms, 15s or 2m, or a number of milliseconds',
      '1:1: trails: unknown; did you mean trials?',
    ],
  ],
  ['load: 3\n', ['1:1: load: unknown; there is $schema, command, ']],
  ['requests: GET /\n', ['1:1: requests: it should be a list']],
  ['requests: []\n', ['1:1: requests: it should be a list of at least one request']],
  ['requests: [3]\n', ['1:12: requests[0]: it should be names with their values']],
  ['env: [1]\n', ['1:1: env: it should be names with their values']],
  ['command: 3\n', ['1:1: command: it should be a text, or a list']],
  ['refusals: maybe\n', ['1:1: refusals: it should be true or false']],
  ['command: ""\n', ['1:1: command: it should be a text that is not empty']],
  ['- a\n', ['1:1: it should be names with their values, such as "trials: 20"']],
  ['{"trials": 1,\n "clients": "x"}', ['2:2: clients: it should be a whole number']],
];

test.each(FILES)('a file of %j', (text, messages) => {
  const file = path.join(folder, 'drill.yaml');
  writeFileSync(file, text);
  const said = saidTo('--config', file, ...SERVER)?.split('\n') ?? [];
  expect(said).toHaveLength(messages.length);
  for (const message of messages) expect(said).toContainEqual(expect.stringContaining(`${file}:${message}`));
});

test.each([
  ['a: [\nb: "x', 'is neither YAML nor JSON: ', 'at line 2'],
  ['trials: 1\ntrials: 2', 'is neither YAML nor JSON: ', 'Map keys must be unique at line 2'],
  ['a: *b', 'cannot be understood: ', 'Unresolved alias'],
])('a file that cannot be read as YAML: %j', (text, what, where) => {
  const file = path.join(folder, 'drill.yaml');
  writeFileSync(file, text);
  expect(saidTo('--config', file, ...SERVER)).toContain(`${file} ${what}`);
  expect(saidTo('--config', file, ...SERVER)).toContain(where);
});

test('a file that is missing', () => {
  expect(saidTo('--config', '/no/such.yaml')).toBe(
    "/no/such.yaml cannot be read: ENOENT: no such file or directory, open '/no/such.yaml'",
  );
});

test('reports that cannot be written are told before the run, all of them', async () => {
  const at = (name: string) => path.join(folder, name);
  const words = {
    json: at('no-folder/a.json'),
    junit: at('folder'),
    report: at('new/a.html'),
    summary: at('no-folder'),
  };
  await expect(checkReportFiles(words)).rejects.toThrow(
    new RegExp(
      `^--json: ${at('no-folder/a.json')} cannot be written: .*\n--junit: ${at('folder')} cannot be written: it is a folder$`,
    ),
  );
});

test('Windows is told what it lacks', () => {
  expect(whyNotOn('win32')).toContain('POSIX signals');
  expect(whyNotOn('linux')).toBeNull();
});

describe('in a process of its own, with exit code 2', () => {
  const run = async (...argv: string[]) => {
    const { code, stdout, stderr } = await runDrillProcess(['--trials', '1', ...argv], { cwd: folder });
    expect(stdout).toBe('');
    expect(stderr).not.toContain('    at ');
    expect(code).toBe(2);
    return stderr;
  };
  const small = ['--', process.execPath, SMALL];

  test('an option that does not exist', async () => {
    expect(await run('--trails', '3', ...small)).toBe(
      "error: unknown option '--trails'\n(Did you mean --trials?)\n",
    );
  });

  test('a choice that does not exist', async () => {
    expect(await run('--id', 'uid', ...small)).toContain('Allowed choices are text, uuid.');
  });

  test('a program that does not exist', async () => {
    expect(await run('--', 'no-such-program', 'x')).toBe(
      'lastcall-drill: the server could not be started: there is no program no-such-program on PATH that may be executed: no-such-program x\n',
    );
    expect(await run('--', './no-such-program')).toContain('there is no program ./no-such-program');
    // A folder on PATH that may not be read has the shell say something else.
    const everybodys = ['--env', 'PATH=/usr/bin:/bin'];
    expect(await run(...everybodys, '--cmd', 'no-such-program | cat; exit 127')).toMatch(
      /could not be started.*\n.*not found/,
    );
    expect(await run('--', path.join(folder, 'no-folder'))).toContain('may not be executed');
  });

  test('a server that ends at once, and what it said', async () => {
    const stderr = await run('--cmd', 'echo no database >&2; exit 3');
    expect(stderr).toContain('the server ended with 3 before it was ready: echo no database');
    expect(stderr).toContain('variable PORT');
    expect(stderr).toContain('\nno database\n');
  });

  test('a server that does not become ready, and what it says instead', async () => {
    const late = ['--ready-timeout', '400ms'];
    expect(await run(...late, '--cmd', 'echo waiting; sleep 30')).toMatch(
      /did not answer GET \/ as it should within 0.4 s, on port \d+: echo waiting; sleep 30\n.*variable PORT.*\nwaiting\n/,
    );
    const teapot = `require('node:http').createServer((q, r) => r.writeHead(418).end()).listen(process.env.PORT)`;
    expect(await run(...late, '--ready', 'GET /up', '--', process.execPath, '-e', teapot)).toContain(
      'did not answer GET /up as it should within 0.4 s; it answers 418',
    );
  });

  test('a port that another process has', async () => {
    const other = net.createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as net.AddressInfo;
    expect(await run('--port', String(port), ...small)).toBe(
      `lastcall-drill: --port: another process listens on ${port} already, and would be taken for the server\n`,
    );
    other.close();
  });

  test('effects that cannot be listed', async () => {
    expect(await run('--request', 'GET /{{id}}', '--effects', 'echo no table >&2; exit 4', ...small)).toBe(
      'lastcall-drill: the command for the effects ended with 4: echo no table >&2; exit 4\nno table\n',
    );
  });

  test('a target that cannot be stopped, and one that is not there', async () => {
    const server = net.createServer((socket) => {
      socket
        .on('error', () => {})
        .on('data', () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as net.AddressInfo;
    const target = ['--target', `http://127.0.0.1:${port}`, '--mode', 'kept-alive'];
    expect(await run(...target, '--stop', 'echo no such container >&2; false')).toBe(
      'lastcall-drill: the command to stop the server ended with 1: echo no such container >&2; false\nno such container\n',
    );
    server.close();
    const nobody = ['--target', 'http://127.0.0.1:1', '--ready-timeout', '200ms', '--stop', 'true'];
    expect(await run(...nobody)).toContain(
      'the server at 127.0.0.1:1 did not answer GET / as it should within 0.2 s',
    );
    expect(await run(...nobody, '--start', 'false')).toContain(
      'the command to start the server ended with 1: false',
    );
  });

  test('a database server that cannot be reached', async () => {
    expect(await run('--postgres', 'postgres://127.0.0.1:1/x', ...small)).toContain(
      '--postgres: the server cannot be reached: connect ECONNREFUSED 127.0.0.1:1',
    );
  });

  test('a report that cannot be written', async () => {
    expect(await run('--json', 'folder', ...small)).toBe(
      'lastcall-drill: --json: folder cannot be written: it is a folder\n',
    );
  });
});
