import path from 'node:path';
import { freePort } from '../../src/server/free-port';
import { runCommand } from '../../src/server/run-command';
import { runDrillProcess } from '../support/drill-process';

const SMALL = path.join(__dirname, '../fixtures/small.js');

test('a command has its output, its purpose in an error, and its end when it is not wanted any more', async () => {
  const echo = await runCommand('echo "$WHAT"', { WHAT: 'some text' }, 'for a test');
  expect(echo).toEqual({ code: 0, output: 'some text\n' });
  await expect(runCommand('echo why >&2; exit 3', {}, 'for a test')).rejects.toThrow(
    'the command for a test ended with 3: echo why >&2; exit 3\nwhy',
  );
  const signal = AbortSignal.timeout(200);
  const ended = await runCommand('sleep 1000 | cat', {}, 'for a test', { anyCode: true, signal });
  expect(ended.code).toBeNull();
});

test('a command with a bound is ended by it, with all that it has started', async () => {
  const hanging = runCommand('echo so far >&2; sleep 1000 | cat', {}, 'for a test', { boundMs: 200 });
  await expect(hanging).rejects.toThrow(
    'the command for a test has not ended within 0.2 s: echo so far >&2; sleep 1000 | cat\nso far',
  );
  const quick = await runCommand('echo done', {}, 'for a test', { boundMs: 5000 });
  expect(quick.output).toBe('done\n');
});

test('a start that leaves the server in the background has ended', async () => {
  const port = await freePort();
  const start = `PORT=${port} ${process.execPath} ${SMALL} & echo $! >/tmp/drill-test-${port}`;
  const stop = `kill -TERM $(cat /tmp/drill-test-${port}); rm /tmp/drill-test-${port}`;
  const target = ['--target', `http://127.0.0.1:${port}`, '--start', start, '--stop', stop];
  const words = ['--trials', '2', '--mode', 'one-shot', '--clients', '1', '--clients-stop', '20ms'];
  const { code, stdout, stderr } = await runDrillProcess([...target, ...words]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain('2 stops');
});
