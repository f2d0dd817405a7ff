import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { commandLine, isRunning, parentOf } from '../../../../src/adapters/embedded-postgres/process-table';

/** Above the largest process id that Linux gives out, 4194304. */
const NOBODY = 2 ** 31 - 1;

test('knows the parent and the command line of a process', async () => {
  expect(await parentOf(process.pid)).toBe(process.ppid);
  expect(await commandLine(process.pid)).toContain('jest');
});

test('knows nothing of a process which is not there', async () => {
  expect(await isRunning(NOBODY)).toBe(false);
  expect(await parentOf(NOBODY)).toBeUndefined();
  expect(await commandLine(NOBODY)).toBe('');
});

test('a process that has ended does not run, even before its parent has taken notice of that', async () => {
  // The parent of the process that ends at once never waits for it: exec has replaced the shell by sleep.
  const parent = spawn('/bin/sh', ['-c', 'true & echo $!; exec sleep 10'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  try {
    const [line] = await once(parent.stdout, 'data');
    // Tries, and not a time: a machine that stands still for seconds gives nobody a chance to end.
    for (let tries = 0; tries < 2_000 && (await isRunning(Number(line))); tries += 1) await sleep(2);
    expect(await isRunning(Number(line))).toBe(false);
    expect(await isRunning(parent.pid as number)).toBe(true);
  } finally {
    parent.kill();
  }
});
