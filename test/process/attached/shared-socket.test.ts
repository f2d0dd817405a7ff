import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { createInterface } from 'node:readline';
import type { DrainReport } from '../../../src/adapters/http-server';
import { type BuiltSources, buildSources, DRAIN_PACKAGE } from '../../support/built-sources';
import { itUnless } from '../../support/optional-suite';
import { withoutLinux } from '../../support/platform';
import { until } from '../../support/until';
import { Flood } from '../listener/support/flood';
import { heldSocket } from '../listener/support/raw-socket';

const onLinux = itUnless(withoutLinux());
const FIXTURE = 'test/process/attached/shared.fixture.ts';

interface Line {
  readonly listening?: AddressInfo;
  readonly report?: DrainReport;
  readonly child?: number;
  readonly pid?: number;
}

let built: BuiltSources;
const running: ChildProcess[] = [];
beforeAll(() => {
  built = buildSources([...DRAIN_PACKAGE, FIXTURE]);
});
afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
});
afterAll(() => built.remove());

function start(words: readonly string[], stdio: readonly (number | 'ipc')[] = []) {
  const child = spawn(process.execPath, [built.of(FIXTURE), ...words], {
    stdio: ['ignore', 'pipe', 'pipe', ...stdio],
  });
  running.push(child);
  const lines: Line[] = [];
  createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) =>
    lines.push(JSON.parse(line)),
  );
  let stderr = '';
  child.stderr?.on('data', (chunk) => {
    stderr += chunk;
  });
  const exited = once(child, 'close');
  return {
    child,
    lines,
    exited,
    warnings: () => stderr.match(/LASTCALL_\w+/g),
    said: async <Name extends keyof Line>(name: Name, count = 1) => {
      await until(
        `${count} times ${name}`,
        () => lines.filter((line) => name in line).length >= count,
        10_000,
      );
      return lines.filter((line) => name in line).map((line) => line[name] as NonNullable<Line[Name]>);
    },
  };
}

/** Rejects where the kernel drops the SYN. */
async function reach(port: number): Promise<void> {
  const client = connect(port, '127.0.0.1');
  await once(client, 'connect', { signal: AbortSignal.timeout(2_000) });
  client.destroy();
}

async function ask(port: number): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${port}/`, {
    headers: { connection: 'close' },
    signal: AbortSignal.timeout(2_000),
  });
  return Number(/made by (\d+)/.exec(await response.text())?.[1]);
}

describe('the drain of a server leaves others who have its listening socket reachable', () => {
  onLinux('who handed the descriptor over', async () => {
    const held = heldSocket();
    const server = start(['fd'], [held.fd]);
    await server.said('listening');
    expect(await ask(held.port)).toBe(server.child.pid);
    server.child.kill('SIGTERM');
    const [report] = await server.said('report');
    await server.exited;
    expect(report).toMatchObject({ outcome: 'clean', listener: { method: 'shared' } });
    expect(report?.listener.reason).toMatch('the descriptor 3 was handed over by the parent');
    expect(server.warnings()).toEqual(['LASTCALL_BEST_EFFORT']);
    await reach(held.port);
    held.close();
  });

  onLinux('who sent it', async () => {
    const parent = createServer().listen(0, '127.0.0.1');
    await once(parent, 'listening');
    const { port } = parent.address() as AddressInfo;
    const server = start(['handle'], ['ipc']);
    server.child.send('the socket', parent);
    await server.said('listening');
    server.child.kill('SIGTERM');
    const [report] = await server.said('report');
    await server.exited;
    expect(report?.listener).toMatchObject({
      method: 'shared',
      reason: `process ${process.pid} has the listening socket too`,
    });
    await reach(port);
    parent.close();
  });

  onLinux('a child that it was sent to', async () => {
    const server = start(['sender']);
    const [[address], [child]] = await Promise.all([server.said('listening', 2), server.said('child')]);
    server.child.kill('SIGTERM');
    const [report] = await server.said('report');
    expect(report?.listener).toMatchObject({
      method: 'shared',
      reason: `process ${child} has the listening socket too`,
    });
    expect(await ask(address?.port ?? 0)).toBe(child);
    server.child.kill('SIGUSR2');
    await server.exited;
  });
});

describe.each([
  ['of its own accord', 'none', "the cluster's other workers have the listening socket too"],
  [
    'round robin',
    'round robin',
    "the cluster's primary has the listening socket, and accepts for this worker",
  ],
])('a cluster whose connections are distributed %s', (_how, policy, reason) => {
  onLinux(
    `replaces its workers one by one under a flood, and nobody is refused or lost [${policy}]`,
    async () => {
      const primary = start(['cluster', policy]);
      const [address] = await primary.said('listening', 2);
      const flood = new Flood(address?.port ?? 0, '127.0.0.1', 8);
      for (let round = 1; round <= 4; round += 1) {
        await flood.answers(flood.fates.answered + 200);
        primary.child.kill('SIGUSR2');
        const reports = await primary.said('report', round);
        expect(reports.at(-1)).toMatchObject({ outcome: 'clean', listener: { method: 'shared', reason } });
      }
      await flood.answers(flood.fates.answered + 200);
      const { answered, ...others } = await flood.finish();
      expect(others).toEqual({ refused: 0, unconnected: 0, resetBeforeWrite: 0, lost: 0 });
      primary.child.kill('SIGTERM');
      await primary.exited;
    },
  );
});
