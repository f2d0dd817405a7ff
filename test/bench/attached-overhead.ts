import { execFileSync } from 'node:child_process';
import { cpus, release } from 'node:os';
import path from 'node:path';
import { Command } from 'commander';
import { installPeers } from './install-peers';
import { LoadGenerator } from './load/load-generator';
import { cpuMs, residentBytes } from './process-usage';
import { markdownTable } from './report/markdown-table';
import { rotated } from './rotated';
import { RunningTarget } from './running-target';
import { formatSpread, ratio } from './spread';

const ROOT = path.resolve(__dirname, '../..');
const FRAMEWORKS = ['node:http', 'express', 'fastify'];
/** Enough for V8 to optimise the hot path. */
const WARM_UP_SECONDS = 3;

const { rounds, seconds, connections } = new Command('bench:attached')
  .description(
    'Measures what lastcall-drain costs a server while nobody stops it, with and without it in turn.',
  )
  .option('--rounds <n>', 'rounds, interleaved', Number, 15)
  .option('--seconds <n>', 'length of one measurement', Number, 1.5)
  .option('--connections <n>', 'kept-alive connections', Number, 64)
  .parse()
  .opts<{ rounds: number; seconds: number; connections: number }>();

interface Round {
  readonly requestsPerSecond: number;
  readonly cpuUs: number;
  readonly residentBytes: number;
}

class Subject {
  readonly rounds: Round[] = [];

  private constructor(
    readonly framework: string,
    readonly isDrained: boolean,
    readonly running: RunningTarget,
  ) {}

  static async start(framework: string, isDrained: boolean): Promise<Subject> {
    const target = {
      name: framework,
      label: framework,
      kind: 'peer',
      args: [path.join(__dirname, 'peers/drained.js'), framework],
      env: isDrained ? { DRAIN: '1' } : {},
    } as const;
    return new Subject(framework, isDrained, await RunningTarget.start(target, ''));
  }

  async measure(generator: LoadGenerator, forSeconds: number): Promise<Round> {
    const { pid, port } = this.running;
    await generator.open(port, connections);
    const before = cpuMs(pid);
    const { requests, requestsPerSecond } = await generator.run(forSeconds);
    const round = {
      requestsPerSecond,
      cpuUs: ((cpuMs(pid) - before) * 1_000) / requests,
      residentBytes: residentBytes(pid),
    };
    await generator.close();
    return round;
  }
}

async function main(): Promise<void> {
  installPeers();
  execFileSync(process.execPath, [path.join(ROOT, 'scripts/build-drain.js')], { stdio: 'inherit' });
  const generator = LoadGenerator.start();
  const rows: string[][] = [];
  for (const framework of FRAMEWORKS) {
    const pair = [await Subject.start(framework, false), await Subject.start(framework, true)];
    try {
      for (const subject of pair) await subject.measure(generator, WARM_UP_SECONDS);
      for (let round = 0; round < rounds; round += 1)
        for (const subject of rotated(pair, round))
          subject.rounds.push(await subject.measure(generator, seconds));
    } finally {
      for (const { running } of pair) await running.kill();
    }
    rows.push([
      framework,
      ...(['requestsPerSecond', 'cpuUs', 'residentBytes'] as const).map((figure) => ratioOf(pair, figure)),
    ]);
  }
  await generator.stop();
  const machine = `${cpus().length} × ${cpus()[0]?.model.trim()}, Linux ${release()}, Node ${process.version}`;
  const head = ['with / without', 'requests a second', 'processor time a request', 'memory'];
  process.stdout.write(
    `${machine}, ${connections} connections, ${rounds} rounds\n\n${markdownTable(head, rows)}\n`,
  );
}

function ratioOf(pair: readonly Subject[], figure: keyof Round): string {
  const series = (isDrained: boolean) =>
    pair.find((subject) => subject.isDrained === isDrained)?.rounds.map((round) => round[figure]) ?? [];
  return formatSpread(ratio(series(true), series(false)), (value) => value.toFixed(3));
}

void main();
