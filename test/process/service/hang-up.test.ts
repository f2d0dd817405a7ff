import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from '../../../packages/drill/src/server/free-port';
import { describeWith } from '../../support/optional-suite';
import { RawClient } from '../../support/raw-client';
import { PROJECT } from '../../support/service-process';
import { until } from '../../support/until';
import { freshDatabase, postWork } from './environment';

jest.setTimeout(60_000);
const environment = freshDatabase();
const folder = mkdtempSync(path.join(tmpdir(), 'lastcall-terminal-'));
const terminals: ChildProcess[] = [];
afterEach(() => {
  for (const terminal of terminals.splice(0)) terminal.kill('SIGKILL');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const written = (file: string) => {
  try {
    return readFileSync(path.join(folder, file), 'utf8').trim();
  } catch {
    return '';
  }
};

/** What an interactive shell does: it hands the end of its terminal on to its jobs. */
const handsOn = (command: string) =>
  `${command} & job=$!; trap 'kill -HUP $job' HUP; ` +
  'until wait $job; code=$?; ! kill -0 $job 2>/dev/null; do :; done; echo $code > code';

/** A terminal in which a shell runs `command`. */
async function terminal(shell: string): Promise<{ port: number; close(): Promise<void> }> {
  const port = await freePort();
  const child = spawn('script', ['--quiet', '--command', shell, '/dev/null'], {
    cwd: folder,
    env: {
      ...process.env,
      SHELL: '/bin/bash',
      PORT: String(port),
      HOST: '127.0.0.1',
      DATABASE_URL: environment().database.url,
    },
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  terminals.push(child);
  await until(
    'the service',
    () =>
      fetch(`http://127.0.0.1:${port}/readyz`).then(
        ({ status }) => status === 200,
        () => false,
      ),
    20_000,
  );
  const close = async () => {
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  };
  return { port, close };
}

describeWith('script', 'the end of the terminal', () => {
  const main = `${process.execPath} ${path.join(PROJECT, 'dist/bootstrap/main.js')}`;

  it('is drained: what is in flight is answered', async () => {
    const { onlooker } = environment();
    const { port, close } = await terminal(handsOn(main));
    const unlock = await onlooker.lockJobs();
    const client = await RawClient.open(port);
    client.write(postWork('in flight'));
    await onlooker.untilBlocked();
    await close();
    await until('the drain', () =>
      fetch(`http://127.0.0.1:${port}/livez`).then(
        () => false,
        () => true,
      ),
    );
    await unlock();
    expect((await client.waitForAnswers(1))[0]?.status).toBe(201);
    await until('its exit code', () => written('code') !== '');
    expect(written('code')).toBe('0');
    expect(await onlooker.names()).toEqual(['in flight']);
  });

  it('does not concern a service that nohup has started', async () => {
    const { onlooker } = environment();
    const { port, close } = await terminal(`nohup ${main} >out 2>&1 & echo $! >pid; wait $!`);
    await close();
    const pid = Number(written('pid'));
    const answer = await fetch(`http://127.0.0.1:${port}/work`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"name":"after the terminal"}',
    });
    expect(answer.status).toBe(201);
    process.kill(pid, 'SIGHUP');
    expect((await fetch(`http://127.0.0.1:${port}/health`)).status).toBe(200);
    process.kill(pid, 'SIGTERM');
    await until('the drain report', () => written('out').includes('"event":"drain-report","exitCode":0'));
    expect(await onlooker.names()).toEqual(['after the terminal']);
  });
});
