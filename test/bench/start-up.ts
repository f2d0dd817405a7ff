import http from 'node:http';
import { Command } from 'commander';
import { BenchDatabase } from './bench-database';
import { installPeers } from './install-peers';
import { spread } from './measurement';
import { RunningTarget } from './running-target';
import { TARGETS, type Target } from './targets';

const { rounds } = new Command('bench:start')
  .description('Measures the time from starting a process to its first 201, on an existing database.')
  .option('--rounds <n>', 'starts of each server, interleaved', Number, 15)
  .parse()
  .opts<{ rounds: number }>();

async function main(): Promise<void> {
  installPeers();
  const targets = TARGETS.filter(({ kind }) => kind !== 'ceiling');
  const database = await BenchDatabase.start();
  const times = new Map<Target, number[]>(targets.map((target) => [target, []]));
  try {
    const urls = new Map<Target, string>();
    for (const target of targets) urls.set(target, (await database.create()).url);
    // The first round creates the tables and warms the page cache: it is not counted.
    for (let round = 0; round <= rounds; round += 1) {
      for (const target of targets) {
        const took = await timeToFirstJob(target, urls.get(target) as string);
        if (round > 0) times.get(target)?.push(took);
      }
    }
  } finally {
    await database.stop();
  }
  const lines = targets.map((target) => {
    const { median, low, high } = spread(times.get(target) ?? []);
    return `| ${target.label} | ${median.toFixed(0)} | ${low.toFixed(0)}–${high.toFixed(0)} |`;
  });
  process.stdout.write(
    ['| | first 201 after ms | quartiles |', '| --- | ---: | ---: |', ...lines, ''].join('\n'),
  );
}

async function timeToFirstJob(target: Target, databaseUrl: string): Promise<number> {
  const began = performance.now();
  const running = await RunningTarget.spawn(target, databaseUrl);
  try {
    while (!(await postJob(running.port))) await new Promise((resolve) => setTimeout(resolve, 1));
    return performance.now() - began;
  } finally {
    await running.kill();
  }
}

function postJob(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    http
      .request(
        {
          port,
          method: 'POST',
          path: '/work',
          agent: false,
          headers: { 'content-type': 'application/json' },
        },
        (answer) => resolve(answer.resume().statusCode === 201),
      )
      .once('error', () => resolve(false))
      .end('{"name":"first"}');
  });
}

void main();
