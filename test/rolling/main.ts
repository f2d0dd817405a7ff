import { mkdir, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { killAllGroups } from '../../packages/drill/src/server/child-processes';
import { startTestServer } from '../support/postgres';
import { type Options, readOptions } from './options';
import { type PlannedRun, plan } from './plan';
import { markdownTable } from './report';
import { isFaultless, type RunResult, runScenario } from './run';

async function main(options: Options): Promise<void> {
  const startedAt = new Date().toISOString();
  const chosen = plan(options.node).filter(({ scenario }) => scenario.name.includes(options.only ?? ''));
  const postgres = await startTestServer();
  const interrupted = () => {
    killAllGroups();
    void postgres.stop().finally(() => process.exit(130));
  };
  process.once('SIGINT', interrupted);
  process.once('SIGTERM', interrupted);
  const results: RunResult[] = [];
  let faults = 0;
  try {
    for (const run of chosen) {
      if (run.skipped !== undefined) {
        process.stderr.write(`${titleOf(run)}: skipped, ${run.skipped}\n`);
        continue;
      }
      const result = await restartedUnderLoad(run, options, postgres.url);
      results.push(result);
      if (!run.comparison && !isFaultless(result)) faults += 1;
    }
  } finally {
    killAllGroups();
    await postgres.stop();
  }
  process.stdout.write(`${markdownTable(results)}\n`);
  const setting = {
    startedAt,
    node: options.node ?? process.version,
    platform: `${os.type()} ${os.release()}`,
    cpus: os.availableParallelism(),
    rounds: options.rounds,
    clients: options.clients,
  };
  if (options.json !== undefined) {
    await mkdir(path.dirname(path.resolve(options.json)), { recursive: true });
    await writeFile(options.json, `${JSON.stringify({ setting, results }, null, 2)}\n`);
  }
  process.exitCode = faults === 0 ? 0 : 1;
}

async function restartedUnderLoad(run: PlannedRun, options: Options, serverUrl: string): Promise<RunResult> {
  const { rounds, clients } = options;
  const result = await runScenario({
    ...run,
    rounds,
    clients,
    serverUrl,
    onRound: (round) => process.stderr.write(`${titleOf(run)}: round ${round} of ${rounds}\n`),
  });
  if (!isFaultless(result)) process.stderr.write(`${titleOf(run)}: ${JSON.stringify(result.failures)}\n`);
  return result;
}

function titleOf({ scenario, server }: PlannedRun): string {
  return `${scenario.name}, ${server.name}`;
}

main(readOptions(process.argv)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
});
