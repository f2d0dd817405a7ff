import { Command } from 'commander';
import { ListenerWatch } from '../../packages/drill/src/server/listener-watch';
import { Onlooker } from '../support/onlooker';
import { until } from '../support/until';
import { BenchDatabase } from './bench-database';
import { LoadGenerator } from './load/load-generator';
import { machineLine } from './machine';
import { numberList } from './number-list';
import { cpuMs, endedChildrenCpuMs, residentBytes } from './process-usage';
import { type BusyMeasurement, busyReport } from './report/busy-report';
import { RunningTarget } from './running-target';
import { OURS, type ServerTarget } from './targets';

const { rounds, connections } = new Command('bench:drain')
  .description('Measures a drain with many requests in flight, beside the same answers without one.')
  .option('--rounds <n>', 'rounds, interleaved', Number, 3)
  .option('--connections <list>', 'numbers of requests in flight', numberList, [1000, 4000, 10_000])
  .parse()
  .opts<{ rounds: number; connections: number[] }>();

/** The default budget of 9 s; a short linger, as in bench:idle; and room for all, however long they are held. */
const TARGET: ServerTarget = {
  ...OURS,
  env: {
    SHUTDOWN_LINGER_MS: '25',
    MAX_CONNECTIONS: '0',
    COMMIT_QUEUE_MAX: '100000',
    DATABASE_STATEMENT_TIMEOUT_MS: '60000',
  },
};

async function main(): Promise<void> {
  const database = await BenchDatabase.start();
  const clients = LoadGenerator.start();
  const measurements: BusyMeasurement[] = [];
  try {
    for (let round = 0; round < rounds; round += 1) {
      for (const count of connections) measurements.push(await measure(count, database, clients));
    }
    process.stdout.write(`${machineLine(database)}\n\n${busyReport(measurements)}\n`);
  } finally {
    await clients.stop();
    await database.stop();
  }
}

async function measure(
  count: number,
  database: BenchDatabase,
  clients: LoadGenerator,
): Promise<BusyMeasurement> {
  const { url, drop } = await database.create();
  const onlooker = await Onlooker.of(url).catch(async (error) => {
    await drop();
    throw error;
  });
  try {
    const usual = await withoutDrain(count, url, onlooker, clients);
    return { requests: count, ...usual, ...(await withDrain(count, url, onlooker, clients)) };
  } finally {
    await onlooker.end();
    await drop();
  }
}

async function withoutDrain(
  count: number,
  url: string,
  onlooker: Onlooker,
  clients: LoadGenerator,
): Promise<Pick<BusyMeasurement, 'usualCpuMs' | 'usualMs'>> {
  const running = await RunningTarget.start(TARGET, url);
  try {
    const { release, answered } = await fill(running, count, onlooker, clients);
    const cpuBefore = cpuMs(running.pid);
    const began = performance.now();
    await release();
    if ((await answered) !== count) throw new Error('not all were answered 201, without a drain');
    return { usualCpuMs: cpuMs(running.pid) - cpuBefore, usualMs: performance.now() - began };
  } finally {
    await clients.close();
    await running.kill();
  }
}

async function withDrain(
  count: number,
  url: string,
  onlooker: Onlooker,
  clients: LoadGenerator,
): Promise<Omit<BusyMeasurement, 'requests' | 'usualCpuMs' | 'usualMs'>> {
  const cpuOfEarlier = endedChildrenCpuMs();
  const running = await RunningTarget.start(TARGET, url);
  const watch = new ListenerWatch({ host: '127.0.0.1', port: running.port }, () => performance.now());
  try {
    const { release, answered, kibEach } = await fill(running, count, onlooker, clients);
    const cpuBefore = cpuMs(running.pid);
    const exited = running.terminate();
    await until('the listener is closed', () => watch.closedAt !== null);
    await release();
    const exitMs = await exited;
    const drainCpuMs = endedChildrenCpuMs() - cpuOfEarlier - cpuBefore;
    return { kibEach, drainCpuMs, exitMs, notStored: count - (await answered) };
  } finally {
    await watch.stop();
    await clients.close();
    await running.kill();
  }
}

/** One request in flight on each of so many connections: a lock on the table holds all of them until `release`. */
async function fill(
  running: RunningTarget,
  count: number,
  onlooker: Onlooker,
  clients: LoadGenerator,
): Promise<{ release: () => Promise<void>; answered: Promise<number>; kibEach: number }> {
  // The first scrape loads what makes the page.
  await inFlight(running);
  const before = residentBytes(running.pid);
  await clients.open(running.port, count);
  const release = await onlooker.lockJobs();
  const answered = clients.post();
  await until(`${count} requests are in flight`, async () => (await inFlight(running)) === count);
  return { release, answered, kibEach: (residentBytes(running.pid) - before) / 1024 / count };
}

async function inFlight({ port }: RunningTarget): Promise<number> {
  const page = await (
    await fetch(`http://127.0.0.1:${port}/metrics`, { headers: { connection: 'close' } })
  ).text();
  return Number(/^http_server_active_requests\{[^}]*method="POST"[^}]*\} (\d+)$/m.exec(page)?.[1] ?? 0);
}

void main();
