import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Command } from 'commander';
import { createLanes, startPostgres } from '../database/lanes';
import { modesNamed } from '../modes';
import { atLeastOne } from '../options';
import { Progress } from '../progress';
import { terminalTable } from '../report/table';
import type { ModeResult } from '../run/mode-result';
import { runDrill } from '../run/run-drill';
import { killAllServers } from '../server/server-process';
import { installPeers, PEERS, type Peer } from './catalogue';
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
    const peers: PeerResult[] = [];
    for (const peer of chosen(options)) {
      peers.push({ peer, results: await drillPeer(peer, options, postgres.url) });
      // After each, so that a long run that is interrupted has not been for nothing.
      await writeComparison(options.out, peers);
    }
    process.stdout.write(`\n${markdownTable(peers)}\n${path.resolve(options.out)}\n`);
  } finally {
    await postgres.stop();
  }
}

function chosen(options: Options): readonly Peer[] {
  const wanted = options.only?.split(',');
  return PEERS.filter(({ name }) => wanted === undefined || wanted.includes(name));
}

async function drillPeer(peer: Peer, options: Options, serverUrl: string): Promise<ModeResult[]> {
  const modes = modesNamed('load');
  process.stdout.write(`${peer.name}\n`);
  const lanes = await createLanes(serverUrl, options.parallel);
  const progress = new Progress(modes, options.trials);
  try {
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
    });
    process.stdout.write(`${terminalTable(results)}\n`);
    return results;
  } finally {
    progress.end();
    await lanes.drop();
  }
}

async function writeComparison(folder: string, peers: readonly PeerResult[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  const write = (name: string, text: string) => writeFile(path.join(folder, name), text);
  await write('peers.md', markdownTable(peers));
  await write('peers.svg', comparisonSvg(peers));
  await write('peers.json', `${JSON.stringify(peers.map(withoutTrials), null, 1)}\n`);
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
