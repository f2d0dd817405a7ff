import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import path from 'node:path';
import { Command } from 'commander';
import { BenchDatabase } from './bench-database';
import { installPeers } from './install-peers';
import { LOAD_GENERATOR } from './load/generate-load';
import { pgbench } from './load/pgbench';
import { throughputChart } from './report/throughput-chart';
import { throughputTables } from './report/throughput-table';
import { TARGETS, targetsNamed } from './targets';
import { measureThroughput } from './throughput';

const { CREATE_TABLE } = require('./peers/table') as { CREATE_TABLE: string };

const numbers = (list: string) => list.split(',').map(Number);
const names = (list: string) => list.split(',');

const options = new Command('bench')
  .description('Measures the service beside its peers, in interleaved rounds on one machine.')
  .option('--rounds <n>', 'rounds for each number of connections', Number, 5)
  .option('--seconds <n>', 'length of one measurement', Number, 5)
  .option('--connections <list>', 'numbers of connections', numbers, [1, 16, 64, 256, 1000])
  .option(
    '--targets <list>',
    'which servers',
    names,
    TARGETS.map(({ name }) => name),
  )
  .option('--output <folder>', 'where the JSON, the tables and the chart go', 'reports/bench')
  .parse()
  .opts<{ rounds: number; seconds: number; connections: number[]; targets: string[]; output: string }>();

async function main(): Promise<void> {
  installPeers();
  const targets = targetsNamed(options.targets);
  const database = await BenchDatabase.start();
  try {
    const measurements = await measureThroughput(database, {
      ...options,
      targets,
      onMeasured: (m) =>
        process.stderr.write(
          `${m.connections} ${m.target} #${m.round}: ${Math.round(m.requestsPerSecond)}/s\n`,
        ),
    });
    const machine = `${cpus().length} × ${cpus()[0]?.model}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}, ${LOAD_GENERATOR}`;
    const tables = `${throughputTables(measurements, targets)}\n\n${await databaseCeiling(database)}`;
    mkdirSync(options.output, { recursive: true });
    const write = (file: string, text: string) => writeFileSync(path.join(options.output, file), text);
    write('throughput.json', JSON.stringify({ machine, options, measurements }, null, 1));
    write('throughput.md', `${machine}\n\n${tables}\n`);
    write('throughput.svg', throughputChart(measurements, targets, chartedLevel()));
    process.stdout.write(`${machine}\n\n${tables}\n`);
  } finally {
    await database.stop();
  }
}

/** What one INSERT a request can reach at the most, whoever sends it. */
async function databaseCeiling(database: BenchDatabase): Promise<string> {
  const { url } = await database.create();
  await database.execute(url, CREATE_TABLE);
  const lines: string[] = [];
  // The embedded server takes 200 sessions.
  for (const connections of options.connections.filter((count) => count <= 100)) {
    const rate = await pgbench(url, connections, options.seconds);
    lines.push(
      `- ${connections}: ${rate === undefined ? 'pgbench is not installed' : `${Math.round(rate).toLocaleString('en-US')}/s`}`,
    );
  }
  return ['### pgbench, the same INSERT, by sessions', '', ...lines].join('\n');
}

/** The chart shows 64 connections where they were measured. */
function chartedLevel(): number {
  return options.connections.includes(64) ? 64 : (options.connections.at(-1) as number);
}

void main();
