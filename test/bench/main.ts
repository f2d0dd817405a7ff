import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Command } from 'commander';
import { BenchDatabase } from './bench-database';
import { installPeers } from './install-peers';
import { machineLine } from './machine';
import { numberList } from './number-list';
import { goalsTable } from './report/goals';
import { throughputChart } from './report/throughput-chart';
import { throughputGoals } from './report/throughput-goals';
import { throughputTables } from './report/throughput-table';
import { allTargets, targetsNamed } from './targets';
import { measureThroughput } from './throughput';

const all = allTargets();
const options = new Command('bench')
  .description('Measures the service beside its peers, in interleaved rounds on one machine.')
  .option('--rounds <n>', 'rounds for each number of connections', Number, 5)
  .option('--seconds <n>', 'length of one measurement', Number, 2.5)
  .option('--connections <list>', 'numbers of connections', numberList, [1, 16, 64, 256, 1000])
  .option(
    '--targets <list>',
    'which servers',
    (list) => list.split(','),
    all.map(({ name }) => name),
  )
  .option('--output <folder>', 'where the JSON, the tables and the chart go', 'reports/bench')
  .parse()
  .opts<{ rounds: number; seconds: number; connections: number[]; targets: string[]; output: string }>();

const PGBENCH_NOTE =
  'pgbench has a session for each connection, up to what max_connections leaves free, and opens them within what is measured of the database CPU.';

async function main(): Promise<void> {
  installPeers();
  const targets = targetsNamed(all, options.targets);
  const database = await BenchDatabase.start();
  try {
    const measurements = await measureThroughput(database, {
      ...options,
      targets,
      onMeasured: (m) =>
        process.stderr.write(
          `${m.connections} ${m.target} #${m.round + 1}: ${Math.round(m.requestsPerSecond)}/s\n`,
        ),
    });
    const machine = machineLine(database);
    const goals = goalsTable(throughputGoals(measurements, targets));
    const tables = throughputTables(measurements, targets);
    const text = `${[machine, tables, PGBENCH_NOTE, goals].join('\n\n')}\n`;
    mkdirSync(options.output, { recursive: true });
    const write = (file: string, content: string) => writeFileSync(path.join(options.output, file), content);
    write('throughput.json', JSON.stringify({ machine, options, measurements }, null, 1));
    write('throughput.md', text);
    write('throughput.svg', throughputChart(measurements, targets, chartedLevel()));
    process.stdout.write(text);
  } finally {
    await database.stop();
  }
}

/** The chart shows 64 connections where they were measured. */
function chartedLevel(): number {
  return options.connections.includes(64) ? 64 : (options.connections.at(-1) as number);
}

void main();
