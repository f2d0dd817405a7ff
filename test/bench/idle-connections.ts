import net from 'node:net';
import path from 'node:path';
import { Command } from 'commander';
import { BenchDatabase } from './bench-database';
import { installPeers } from './install-peers';
import { spread } from './measurement';
import { residentBytes } from './process-usage';
import { RunningTarget } from './running-target';
import { TARGETS, type Target } from './targets';

const numbers = (list: string) => list.split(',').map(Number);

const { rounds, connections } = new Command('bench:idle')
  .description('Measures memory for each idle connection, and the time from SIGTERM to exit with that many.')
  .option('--rounds <n>', 'rounds, interleaved', Number, 5)
  .option('--connections <list>', 'numbers of idle kept-alive connections', numbers, [0, 32, 1000, 10_000])
  .parse()
  .opts<{ rounds: number; connections: number[] }>();

/** A linger would be waited for by design; here the work of closing is measured. */
const LINGER_MS = '25';

/** `bare`: node:http whose handler for SIGTERM calls `process.exit`. */
const SUBJECTS: readonly Target[] = [
  ...TARGETS.filter(({ kind }) => kind === 'ours').map((target) => ({
    ...target,
    env: { SHUTDOWN_LINGER_MS: LINGER_MS, MAX_CONNECTIONS: '0' },
  })),
  {
    name: 'bare',
    label: 'node:http, process.exit',
    args: [path.join(__dirname, 'servers/bare-exit.js')],
    kind: 'peer',
  },
];

async function main(): Promise<void> {
  installPeers();
  const database = await BenchDatabase.start();
  try {
    const rows: string[] = [];
    for (const count of connections) {
      const results = new Map(
        SUBJECTS.map((target) => [target, { kilobytes: [] as number[], exitMs: [] as number[] }]),
      );
      for (let round = 0; round < rounds; round += 1) {
        for (const target of SUBJECTS) {
          const { url, drop } = await database.create();
          const { kilobytes, exitMs } = await measure(target, url, count);
          results.get(target)?.kilobytes.push(kilobytes);
          results.get(target)?.exitMs.push(exitMs);
          await drop();
        }
      }
      for (const [{ label }, { kilobytes, exitMs }] of results) {
        const exit = spread(exitMs);
        const memory = count > 0 ? (spread(kilobytes).median / count).toFixed(1) : '–';
        rows.push(
          `| ${count.toLocaleString('en-US')} | ${label} | ${memory} | ${exit.median.toFixed(0)} (${exit.low.toFixed(0)}–${exit.high.toFixed(0)}) |`,
        );
      }
    }
    const head = [
      '| idle connections | server | KiB each | signal to exit ms (quartiles) |',
      '| ---: | --- | ---: | ---: |',
    ];
    process.stdout.write(`${[...head, ...rows].join('\n')}\n`);
  } finally {
    await database.stop();
  }
}

async function measure(
  target: Target,
  url: string,
  count: number,
): Promise<{ kilobytes: number; exitMs: number }> {
  const running = await RunningTarget.start(target, url);
  const before = residentBytes(running.pid);
  const clients: net.Socket[] = [];
  // In portions below the listen backlog (511), so that no connect has to be repeated by the kernel.
  while (clients.length < count) {
    const portion = Math.min(200, count - clients.length);
    clients.push(...(await Promise.all(Array.from({ length: portion }, () => idleClient(running.port)))));
  }
  const kilobytes = (residentBytes(running.pid) - before) / 1024;
  const exitMs = await running.terminate();
  for (const client of clients) client.destroy();
  return { kilobytes, exitMs };
}

/** A connection on which one request has been answered. Closes with the server's FIN. */
function idleClient(port: number): Promise<net.Socket> {
  return new Promise((resolve, reject) => {
    // Loopback has several addresses: one alone has not enough ports for all connections and those in TIME_WAIT.
    const localAddress = `127.0.0.${1 + Math.floor(Math.random() * 8)}`;
    const client = net.connect({ port, host: '127.0.0.1', localAddress });
    client.once('connect', () => client.write('GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n'));
    client.once('data', () => {
      client.on('error', () => {});
      client.resume();
      resolve(client);
    });
    client.once('error', reject);
  });
}

void main();
