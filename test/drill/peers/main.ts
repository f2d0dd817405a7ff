import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Command } from 'commander';
import { createLanes, startPostgres } from '../database/lanes';
import { modesNamed } from '../modes';
import { atLeastOne } from '../options';
import { Progress } from '../progress';
import { terminalTable } from '../report/table';
import { runDrill } from '../run/run-drill';
import { killAllServers } from '../server/server-process';
import { installPeers, PEERS } from './catalogue';
import { markdownTable, type PeerResult } from './comparison';
import { comparisonSvg } from './comparison-svg';

interface Options {
  readonly trials: number;
  readonly clients: number;
  readonly parallel: number;
  readonly grace: number;
  readonly only?: string;
  readonly out: string;
}

function readOptions(argv: readonly string[]): Options {
  return new Command()
    .name('drill:peers')
    .description('Runs the drill over this service and its peers, and writes a table, JSON and a picture.')
    .option('--trials <n>', 'SIGTERMs in each mode', atLeastOne, 20)
    .option('--clients <n>', 'clients in each trial', atLeastOne, 32)
    .option('--parallel <n>', 'trials at the same time', atLeastOne, 1)
    .option('--grace <ms>', 'from SIGTERM to SIGKILL', atLeastOne, 3000)
    .option('--only <names>', 'of the servers, separated by commas')
    .option('--out <folder>', 'for peers.md, peers.json and peers.svg', 'reports/peers')
    .parse([...argv])
    .opts<Options>();
}

async function main(options: Options): Promise<void> {
  await installPeers();
  const postgres = await startPostgres();
  const interrupted = () => {
    killAllServers();
    void postgres.stop().finally(() => process.exit(130));
  };
  process.once('SIGINT', interrupted);
  process.once('SIGTERM', interrupted);
  try {
    const peers = await comparePeers(options, postgres.url);
    await mkdir(options.out, { recursive: true });
    const write = (name: string, text: string) => writeFile(path.join(options.out, name), text);
    await write('peers.md', markdownTable(peers));
    await write('peers.svg', comparisonSvg(peers));
    await write('peers.json', `${JSON.stringify(peers.map(withoutTrials), null, 1)}\n`);
    process.stdout.write(`\n${markdownTable(peers)}\n${path.resolve(options.out)}\n`);
  } finally {
    await postgres.stop();
  }
}

async function comparePeers(options: Options, serverUrl: string): Promise<PeerResult[]> {
  const modes = modesNamed('load');
  const wanted = options.only?.split(',');
  const peers: PeerResult[] = [];
  for (const peer of PEERS.filter(({ name }) => wanted === undefined || wanted.includes(name))) {
    process.stdout.write(`${peer.name}\n`);
    const lanes = await createLanes(serverUrl, options.parallel);
    const progress = new Progress(modes, options.trials);
    const results = await runDrill({
      command: peer.command,
      cwd: process.cwd(),
      modes,
      trials: options.trials,
      clients: options.clients,
      seed: 1,
      graceMs: options.grace,
      ...lanes,
      onTrial: (mode, done) => progress.trialDone(mode, done),
    }).finally(async () => {
      progress.end();
      await lanes.drop();
    });
    process.stdout.write(`${terminalTable(results)}\n`);
    peers.push({ peer, results });
  }
  return peers;
}

function withoutTrials({ peer, results }: PeerResult) {
  const sums = results.map(({ mode, shown: _shown, faults: _faults, ...rest }) => ({
    mode: mode.name,
    ...rest,
  }));
  return { name: peer.name, modes: sums };
}

main(readOptions(process.argv)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
