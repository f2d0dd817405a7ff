import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { freePort } from '../../src/adapters/embedded-postgres/server';
import { post } from '../faults/support/post';
import { describeWith } from '../support/optional-suite';
import { createTestDatabase, type TestDatabase } from '../support/postgres';
import { PROJECT } from '../support/service-process';
import { until } from '../support/until';

describeWith('script', 'at a terminal', () => {
  let database: TestDatabase;
  const scripts: ChildProcess[] = [];

  beforeEach(async () => {
    database = await createTestDatabase();
  });

  afterEach(async () => {
    for (const script of scripts.splice(0)) script.kill('SIGKILL');
    await database.drop();
  });

  /** The service at a terminal of its own. */
  async function atTerminal() {
    const port = await freePort();
    const env = { ...process.env, PORT: String(port), HOST: '127.0.0.1', DATABASE_URL: database.url };
    const command = `exec ${process.execPath} dist/bootstrap/main.js`;
    const words = ['--quiet', '--return', '--command', command, '/dev/null'];
    const script = spawn('script', words, { cwd: PROJECT, env });
    const terminal = { script, port, ended: once(script, 'exit'), shown: '' };
    scripts.push(script);
    script.stdout.on('data', (chunk: Buffer) => {
      terminal.shown += chunk.toString();
    });
    await until('the readable line "ready"', () => terminal.shown.includes('ready'), 15_000);
    return terminal;
  }

  it('shows readable lines, and after Ctrl-C the drain report as a table', async () => {
    const terminal = await atTerminal();
    terminal.script.stdin.write('\x03');
    expect(await terminal.ended).toEqual([0, null]);
    const { shown } = terminal;
    expect(shown).toMatch(/drain report: clean after [\d.]+ ms \(SIGINT\), exit code 0/);
    expect(shown).toMatch(/^http-server +clean +[\d.]+ ms +0/m);
    expect(shown).not.toContain('{"level"');
  });

  it('serves, drains and exits with 0 while the terminal is stopped by Ctrl-S', async () => {
    const { script, port, ended } = await atTerminal();
    script.stdin.write('\x13');
    for (let job = 0; job < 20; job += 1) expect((await post(port, `unseen ${job}`)).status).toBe(201);
    const pid = readFileSync(`/proc/${script.pid}/task/${script.pid}/children`, 'utf8');
    process.kill(Number(pid), 'SIGTERM');
    expect(await ended).toEqual([0, null]);
  });
});
