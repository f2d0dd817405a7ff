import { Command } from 'commander';
import { BenchDatabase } from './bench-database';
import { spread } from './measurement';
import type { Target } from './targets';
import { measureThroughput } from './throughput';

const numbers = (list: string) => list.split(',').map(Number);

const options = new Command('bench:group-commit')
  .description('Measures the service by the size of its batches and the number of statements under way.')
  .option('--rounds <n>', 'rounds for each setting', Number, 5)
  .option('--seconds <n>', 'length of one measurement', Number, 3)
  .option('--connections <list>', 'numbers of connections', numbers, [1, 64, 256])
  .option('--batch <list>', 'values of COMMIT_BATCH_MAX', numbers, [1, 16, 64, 256, 1024])
  .option('--concurrency <list>', 'values of COMMIT_CONCURRENCY', numbers, [1, 2, 4])
  .parse()
  .opts<{ rounds: number; seconds: number; connections: number[]; batch: number[]; concurrency: number[] }>();

async function main(): Promise<void> {
  const targets = options.batch.flatMap((batch) =>
    options.concurrency.map((concurrency): Target => {
      const name = `${batch} × ${concurrency}`;
      const env = { COMMIT_BATCH_MAX: String(batch), COMMIT_CONCURRENCY: String(concurrency) };
      return { name, label: name, args: ['dist/bootstrap/main.js'], env, kind: 'ours' };
    }),
  );
  const database = await BenchDatabase.start();
  try {
    const measurements = await measureThroughput(database, { ...options, targets, onMeasured: () => {} });
    const cells = (target: Target) =>
      options.connections.map((connections) => {
        const own = measurements.filter((m) => m.target === target.name && m.connections === connections);
        const rate = spread(own.map((m) => m.requestsPerSecond)).median;
        const p99 = spread(own.map((m) => m.latencyMs.p99)).median;
        return `${Math.round(rate).toLocaleString('en-US')} (${p99.toFixed(1)})`;
      });
    const head = options.connections.map((connections) => `${connections} connections: jobs/s (p99 ms)`);
    const rows = [
      ['batch × statements', ...head],
      ['---', ...head.map(() => '---:')],
      ...targets.map((target) => [target.label, ...cells(target)]),
    ];
    process.stdout.write(`${rows.map((row) => `| ${row.join(' | ')} |`).join('\n')}\n`);
  } finally {
    await database.stop();
  }
}

void main();
