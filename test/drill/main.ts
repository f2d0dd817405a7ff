import { mkdir, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createLanes, startPostgres } from './database/lanes';
import { type Options, readOptions, yardstickFor } from './options';
import { Progress } from './progress';
import { htmlReport } from './report/html';
import { jsonReport, type Setting } from './report/json';
import { terminalTable } from './report/table';
import { isFaultless, verdict } from './report/verdict';
import type { ModeResult } from './run/mode-result';
import { runDrill } from './run/run-drill';
import { killAllServers } from './server/server-process';
import { target } from './target';

async function main(options: Options): Promise<void> {
  const { path: work, field, table } = options;
  Object.assign(target, { path: work, field, table });
  const startedAt = new Date();
  const began = performance.now();
  const postgres = await startPostgres();
  const interrupted = () => {
    killAllServers();
    void postgres.stop().finally(() => process.exit(130));
  };
  process.once('SIGINT', interrupted);
  process.once('SIGTERM', interrupted);
  try {
    const results = await drill(options, postgres.url);
    const setting: Setting = {
      command: options.cmd,
      clients: options.clients,
      trials: options.trials,
      seed: options.seed,
      startedAt: startedAt.toISOString(),
      node: process.version,
      platform: `${os.type()} ${os.release()}`,
      cpus: os.availableParallelism(),
      tookMs: Math.round(performance.now() - began),
    };
    process.stdout.write(`${terminalTable(results)}\n${verdict(results)}\n`);
    if (options.json !== undefined) await write(options.json, jsonReport(setting, results));
    if (options.report !== undefined) await write(options.report, htmlReport(setting, results));
    process.exitCode = isFaultless(results) ? 0 : 1;
  } finally {
    await postgres.stop();
  }
}

async function drill(options: Options, serverUrl: string): Promise<ModeResult[]> {
  const lanes = await createLanes(serverUrl, options.parallel);
  const progress = new Progress(options.mode, options.trials);
  try {
    return await runDrill({
      command: options.cmd,
      cwd: process.cwd(),
      modes: options.mode,
      trials: options.trials,
      clients: options.clients,
      seed: options.seed,
      secure: options.tls,
      graceMs: options.grace,
      ...(options.clientsStop === undefined ? {} : { clientsStopMs: options.clientsStop }),
      noRefusals: !options.refusals,
      yardstick: yardstickFor(options),
      ...lanes,
      onTrial: (mode, done) => progress.trialDone(mode, done),
    });
  } finally {
    progress.end();
    await lanes.drop();
  }
}

async function write(file: string, text: string): Promise<void> {
  await mkdir(path.dirname(path.resolve(file)), { recursive: true });
  await writeFile(file, text);
  process.stdout.write(`${file}\n`);
}

main(readOptions(process.argv)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
