import { appendFile, mkdir, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createColors } from 'picocolors';
import { htmlReport } from '../report/html';
import { jsonReport } from '../report/json';
import { junitReport } from '../report/junit';
import { markdownSummary } from '../report/markdown-summary';
import type { Outcome, Setting } from '../report/outcome';
import { terminalReport } from '../report/terminal';
import { isFaultless } from '../report/verdict';
import type { ModeResult } from '../run/mode-result';
import { runScenario } from '../run-scenario';
import { type Scenario, scenarioOf } from '../scenario/scenario';
import type { ScenarioWords } from '../scenario/schema';
import { takesColours } from './colours';
import { Progress } from './progress';
import { checkReportFiles } from './report-files';

/** Where standard output is no terminal, or does not know its width. */
const USUAL_WIDTH = 100;

/**
 * Runs what was asked for, prints the result, and writes the reports. Resolves with whether nothing went wrong.
 * @param signal aborted to end it at once
 * @throws Error in words for the user when it cannot be run, and the signal's reason
 */
export async function runAndReport(
  words: ScenarioWords,
  version: string,
  signal: AbortSignal,
): Promise<boolean> {
  const scenario = scenarioOf(words);
  await checkReportFiles(words);
  const say = (text: string) => process.stderr.write(`${text}\n`);
  for (const { mode, lacks } of scenario.leftOut) say(`${mode.name} is left out: it wants ${lacks}`);
  const startedAt = new Date();
  const began = performance.now();
  const results = await runWithProgress(scenario, say, signal);
  const setting = settingOf(scenario, version, startedAt, performance.now() - began);
  const outcome: Outcome = { setting, results, leftOut: scenario.leftOut };
  const { stdout } = process;
  const look = { width: stdout.columns || USUAL_WIDTH, colours: createColors(takesColours(stdout)) };
  stdout.write(terminalReport(outcome, look));
  await writeReports(words, outcome);
  return isFaultless(results);
}

async function runWithProgress(
  scenario: Scenario,
  say: (text: string) => void,
  signal: AbortSignal,
): Promise<ModeResult[]> {
  const progress = new Progress(scenario.modes, scenario.trials, scenario.stopSignal);
  try {
    return await runScenario(scenario, {
      onBegin: () => progress.begin(),
      onTrial: (mode, done) => progress.trialDone(mode, done),
      onWait: say,
      signal,
    });
  } finally {
    progress.end();
  }
}

async function writeReports(words: ScenarioWords, outcome: Outcome): Promise<void> {
  const write = async (
    file: string | undefined,
    report: (outcome: Outcome) => string,
    how: typeof appendFile = writeFile,
  ) => {
    if (file === undefined) return;
    await mkdir(path.dirname(path.resolve(file)), { recursive: true });
    await how(file, report(outcome));
    process.stdout.write(`${file}\n`);
  };
  await write(words.json, jsonReport);
  await write(words.junit, junitReport);
  await write(words.report, htmlReport);
  await write(words.summary, markdownSummary, appendFile);
}

function settingOf(scenario: Scenario, version: string, startedAt: Date, tookMs: number): Setting {
  return {
    version,
    command: scenario.title,
    signal: scenario.stopSignal,
    requests: scenario.requests.mix.templates.map(({ title }) => title),
    effects: scenario.effects !== null,
    clients: scenario.clients,
    trials: scenario.trials,
    seed: scenario.seed,
    startedAt: startedAt.toISOString(),
    node: process.version,
    platform: `${os.type()} ${os.release()}`,
    cpus: os.availableParallelism(),
    tookMs: Math.round(tookMs),
  };
}
