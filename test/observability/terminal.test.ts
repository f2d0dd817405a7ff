import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describeWith } from '../support/optional-suite';
import { createTestDatabase, type TestDatabase } from '../support/postgres';
import { PROJECT } from '../support/service-process';
import { until } from '../support/until';

describeWith('script', 'at a terminal', () => {
  let database: TestDatabase;

  beforeEach(async () => {
    database = await createTestDatabase();
  });

  afterEach(async () => {
    await database.drop();
  });

  it('shows readable lines, and after Ctrl-C the drain report as a table', async () => {
    const env = { ...process.env, PORT: '0', DATABASE_URL: database.url };
    const words = [
      '--quiet',
      '--return',
      '--command',
      `exec ${process.execPath} dist/bootstrap/main.js`,
      '/dev/null',
    ];
    const terminal = spawn('script', words, { cwd: PROJECT, env });
    const ended = once(terminal, 'exit');
    let shown = '';
    terminal.stdout.on('data', (chunk: Buffer) => {
      shown += chunk.toString();
    });
    try {
      await until('the readable line "ready"', () => shown.includes('ready'), 15_000);
      terminal.stdin.write('\x03');
      expect(await ended).toEqual([0, null]);
    } finally {
      terminal.kill('SIGKILL');
    }
    expect(shown).toMatch(/drain report: clean after [\d.]+ ms \(SIGINT\), exit code 0/);
    expect(shown).toMatch(/^http-server +clean +[\d.]+ ms +0/m);
    expect(shown).not.toContain('{"level"');
  });
});
