import http from 'node:http';
import { Command } from 'commander';
import { BenchDatabase } from './bench-database';
import { installPeers } from './install-peers';
import { machineLine } from './machine';
import { type Comparison, goalsTable, judge } from './report/goals';
import { markdownTable } from './report/markdown-table';
import { rotated } from './rotated';
import { RunningTarget } from './running-target';
import { formatSpread, ratio, spread, twoPlaces, whole } from './spread';
import { OURS, type ServerTarget, STORING_SERVERS } from './targets';

const { rounds } = new Command('bench:start')
  .description('Measures the time from starting a process to its first 201, on an existing database.')
  .option('--rounds <n>', 'starts of each server, interleaved', Number, 15)
  .parse()
  .opts<{ rounds: number }>();

/** By target, in the order of the rounds. */
type Times = ReadonlyMap<ServerTarget, readonly number[]>;

async function main(): Promise<void> {
  installPeers();
  const database = await BenchDatabase.start();
  try {
    process.stdout.write(`${machineLine(database)}\n\n${report(await measure(database))}\n`);
  } finally {
    await database.stop();
  }
}

async function measure(database: BenchDatabase): Promise<Times> {
  const times = new Map<ServerTarget, number[]>();
  const urls = new Map<ServerTarget, string>();
  for (const target of STORING_SERVERS) {
    times.set(target, []);
    urls.set(target, (await database.create()).url);
  }
  // The first round creates the tables and warms the page cache: it is not counted.
  for (let round = 0; round <= rounds; round += 1) {
    for (const target of rotated(STORING_SERVERS, round)) {
      const took = await timeToFirstJob(target, urls.get(target) as string);
      if (round > 0) times.get(target)?.push(took);
    }
  }
  return times;
}

function report(times: Times): string {
  const of = (target: ServerTarget) => times.get(target) ?? [];
  const comparisons = STORING_SERVERS.map((target) => ({
    target,
    rival: target.label,
    ratio: ratio(of(OURS), of(target)),
  }));
  const rows = comparisons.map(({ target, rival, ratio }) => [
    rival,
    formatSpread(spread(of(target)), whole),
    formatSpread(ratio, twoPlaces),
  ]);
  // The bare one is no peer here: it has nothing to load, and nothing that looks after its connections.
  const isBare = ({ target }: { target: ServerTarget }) => target.name === 'bare-pg';
  const peers: Comparison[] = comparisons.filter((one) => one.target !== OURS && !isBare(one));
  const goals = [
    judge('start to first 201: faster than every peer', { below: 1 }, peers),
    judge('start to first 201: ≤ 1.5 × node:http + pg', { atMost: 1.5 }, comparisons.filter(isBare)),
  ];
  const head = ['', 'first 201 after ms (quartiles)', 'ours / this'];
  return `${markdownTable(head, rows)}\n\n${goalsTable(goals)}`;
}

async function timeToFirstJob(target: ServerTarget, databaseUrl: string): Promise<number> {
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
