import { Command } from 'commander';
import { BenchDatabase } from './bench-database';
import { machineLine } from './machine';
import { series } from './measurement';
import { numberList } from './number-list';
import { markdownTable } from './report/markdown-table';
import { formatSpread, spread, whole } from './spread';
import { OURS, type ServerTarget } from './targets';
import { measureThroughput } from './throughput';

const options = new Command('bench:group-commit')
  .description('Measures the service by the size of its batches and the number of statements under way.')
  .option('--rounds <n>', 'rounds for each setting', Number, 5)
  .option('--seconds <n>', 'length of one measurement', Number, 2)
  .option('--connections <list>', 'numbers of connections', numberList, [1, 64, 256])
  .option('--batch <list>', 'values of COMMIT_BATCH_MAX', numberList, [1, 16, 64, 256, 1024])
  .option('--concurrency <list>', 'values of COMMIT_CONCURRENCY', numberList, [1, 2, 4])
  .parse()
  .opts<{ rounds: number; seconds: number; connections: number[]; batch: number[]; concurrency: number[] }>();

async function main(): Promise<void> {
  const targets = options.batch.flatMap((batch) =>
    options.concurrency.map((concurrency): ServerTarget => {
      const name = `${batch} × ${concurrency}`;
      const env = { COMMIT_BATCH_MAX: String(batch), COMMIT_CONCURRENCY: String(concurrency) };
      return { ...OURS, name, label: name, env };
    }),
  );
  const database = await BenchDatabase.start();
  try {
    const measurements = await measureThroughput(database, { ...options, targets });
    const rows = targets.map(({ name, label }) => [
      label,
      ...options.connections.flatMap((connections) => [
        formatSpread(spread(series(measurements, name, connections, (m) => m.requestsPerSecond)), whole),
        spread(series(measurements, name, connections, (m) => m.latencyMs.p99)).median.toFixed(1),
      ]),
    ]);
    const head = options.connections.flatMap((count) => [`${count}: jobs/s (quartiles)`, 'p99 ms']);
    const table = markdownTable(['batch × statements, by connections', ...head], rows);
    process.stdout.write(`${machineLine(database)}\n\n${table}\n`);
  } finally {
    await database.stop();
  }
}

void main();
