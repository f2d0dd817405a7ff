import path from 'node:path';
import { Command } from 'commander';
import { BenchDatabase } from './bench-database';
import { LoadGenerator } from './load/load-generator';
import { machineLine } from './machine';
import { numberList } from './number-list';
import { residentBytes } from './process-usage';
import { type IdleMeasurement, idleReport } from './report/idle-report';
import { rotated } from './rotated';
import { RunningTarget } from './running-target';
import { OURS, type ServerTarget } from './targets';

const { rounds, connections } = new Command('bench:idle')
  .description('Measures memory for each idle connection, and the time from SIGTERM to exit with that many.')
  .option('--rounds <n>', 'rounds, interleaved', Number, 7)
  .option('--connections <list>', 'numbers of idle kept-alive connections', numberList, [0, 32, 1000, 10_000])
  .parse()
  .opts<{ rounds: number; connections: number[] }>();

/** The linger is waited for by design; here the work of closing is measured. */
const LINGER_MS = 25;

const bare = (name: string, label: string, file: string): ServerTarget => ({
  name,
  label,
  args: [path.join(__dirname, 'servers', file)],
  kind: 'peer',
});

const LASTCALL: ServerTarget = {
  ...OURS,
  label: `lastcall, linger of ${LINGER_MS} ms`,
  env: { SHUTDOWN_LINGER_MS: String(LINGER_MS), MAX_CONNECTIONS: '0' },
};
const BARE = bare('bare-close', 'node:http, close()', 'bare-close.js');
const FLOOR = bare('bare-exit', 'node:http, process.exit (the floor)', 'bare-exit.js');
const SUBJECTS = [LASTCALL, BARE, FLOOR];

async function main(): Promise<void> {
  const database = await BenchDatabase.start();
  const clients = LoadGenerator.start();
  const measurements: IdleMeasurement[] = [];
  try {
    for (const count of connections) {
      for (let round = 0; round < rounds; round += 1) {
        for (const target of rotated(SUBJECTS, round)) {
          measurements.push({
            target: target.name,
            connections: count,
            ...(await measure(target, count, database, clients)),
          });
        }
      }
    }
    const report = idleReport(measurements, { ours: LASTCALL, bare: BARE, subjects: SUBJECTS });
    process.stdout.write(`${machineLine(database)}\n\n${report}\n`);
  } finally {
    await clients.stop();
    await database.stop();
  }
}

async function measure(
  target: ServerTarget,
  count: number,
  database: BenchDatabase,
  clients: LoadGenerator,
): Promise<{ kib: number; exitMs: number }> {
  const { url, drop } = await database.create();
  const running = await RunningTarget.start(target, url);
  try {
    const before = residentBytes(running.pid);
    await clients.open(running.port, count);
    const kib = (residentBytes(running.pid) - before) / 1024;
    return { kib, exitMs: await running.terminate() };
  } finally {
    await clients.close();
    await running.kill();
    await drop();
  }
}

void main();
