import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Command } from 'commander';
import { Progress } from '../../packages/drill/src/cli/progress';
import { modesNamed } from '../../packages/drill/src/modes';
import { terminalTable } from '../../packages/drill/src/report/table';
import { killAllGroups } from '../../packages/drill/src/server/child-processes';
import { atLeastOne } from '../support/at-least-one';
import { CERTIFICATE } from '../support/certificate';
import { drillOn } from '../support/jobs-drill';
import { startTestServer } from '../support/postgres';
import { PEERS, type Peer } from './catalogue';
import { markdownTable, type PairResult, type PeerResult, pairsTable } from './comparison';
import { comparisonSvg, pairsSvg } from './comparison-svg';
import { installExamples, installPeers } from './installation';
import { type Pair, pairsWith } from './pairs';

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
    .description(
      'Runs the drill over this service and its peers, and over frameworks without lastcall-drain and with it; writes tables, JSON and pictures.',
    )
    .option('--trials <n>', 'SIGTERMs in each mode', atLeastOne, 20)
    .option('--clients <n>', 'clients in each trial', atLeastOne, 32)
    .option('--parallel <n>', 'trials at the same time', atLeastOne, 1)
    .option('--grace <ms>', 'from SIGTERM to SIGKILL', atLeastOne, 3000)
    .option('--only <names>', '`peers`, `pairs`, or names of servers, separated by commas')
    .option('--out <folder>', 'for peers.* and pairs.*: .md, .json and .svg', 'reports/peers')
    .parse([...argv])
    .opts<Options>();
}

async function main(options: Options): Promise<void> {
  await installPeers();
  const register = await installExamples();
  const postgres = await startTestServer();
  const interrupted = () => {
    killAllGroups();
    void postgres.stop().finally(() => process.exit(130));
  };
  process.once('SIGINT', interrupted);
  process.once('SIGTERM', interrupted);
  try {
    // The servers inherit it.
    Object.assign(process.env, { KEY: CERTIFICATE.key, CERT: CERTIFICATE.cert });
    const drill = (peer: Peer) => drillPeer(peer, options, postgres.url);
    await comparePeers(PEERS.filter(isChosen(options, 'peers')), drill, options.out);
    await comparePairs(pairsWith(register).filter(isChosen(options, 'pairs')), drill, options.out);
    process.stdout.write(`${path.resolve(options.out)}\n`);
  } finally {
    await postgres.stop();
  }
}

function isChosen({ only }: Options, all: string): (server: { readonly name: string }) => boolean {
  const wanted = only?.split(',');
  return ({ name }) => wanted === undefined || wanted.includes(all) || wanted.includes(name);
}

type DrillOne = (peer: Peer) => Promise<PeerResult>;

async function comparePeers(chosen: readonly Peer[], drill: DrillOne, out: string): Promise<void> {
  const peers: PeerResult[] = [];
  for (const peer of chosen) {
    peers.push(await drill(peer));
    // After each, so that a long run that is interrupted has not been for nothing.
    const json = peers.map(withoutTrials);
    await write(out, 'peers', { md: markdownTable(peers), svg: comparisonSvg(peers), json });
  }
  if (peers.length > 0) process.stdout.write(`\n${markdownTable(peers)}\n`);
}

async function comparePairs(chosen: readonly Pair[], drill: DrillOne, out: string): Promise<void> {
  const pairs: PairResult[] = [];
  for (const pair of chosen) {
    pairs.push({ pair, without: await drill(pair.without), with: await drill(pair.with) });
    const json = pairs.map((result) => ({
      name: result.pair.name,
      by: result.pair.by,
      without: withoutTrials(result.without).modes,
      with: withoutTrials(result.with).modes,
    }));
    await write(out, 'pairs', { md: pairsTable(pairs), svg: pairsSvg(pairs), json });
  }
  if (pairs.length > 0) process.stdout.write(`\n${pairsTable(pairs)}\n`);
}

async function drillPeer(peer: Peer, options: Options, serverUrl: string): Promise<PeerResult> {
  const modes = modesNamed('load');
  process.stdout.write(`${peer.name}: ${peer.command}\n`);
  const progress = new Progress(modes, options.trials);
  try {
    const results = await drillOn(
      {
        command: peer.command,
        tls: peer.secure === true,
        postgres: serverUrl,
        mode: 'load',
        trials: options.trials,
        clients: options.clients,
        parallel: options.parallel,
        grace: options.grace,
      },
      { onBegin: () => progress.begin(), onTrial: (mode, done) => progress.trialDone(mode, done) },
    );
    process.stdout.write(`${terminalTable(results)}\n`);
    return { peer, results };
  } finally {
    progress.end();
  }
}

interface Comparison {
  readonly md: string;
  readonly svg: string;
  readonly json: unknown;
}

async function write(folder: string, name: string, { md, svg, json }: Comparison): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, `${name}.md`), md);
  await writeFile(path.join(folder, `${name}.svg`), svg);
  await writeFile(path.join(folder, `${name}.json`), `${JSON.stringify(json, null, 1)}\n`);
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
