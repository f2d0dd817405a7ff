import { account, type Counts } from '../../packages/drill/src/accounting/account';
import type { Fate } from '../../packages/drill/src/accounting/fate';
import { Recorder } from '../../packages/drill/src/client/recorder';
import { effectsOfSql } from '../../packages/drill/src/effects/sql';
import { createTestDatabase } from '../support/postgres';
import { until } from '../support/until';
import type { Deployment, Scenario } from './deployment';
import { Load } from './load';

export interface RunOptions {
  readonly scenario: Scenario;
  readonly server: { readonly name: string; readonly command: string };
  readonly rounds: number;
  readonly clients: number;
  /** Where databases can be created; under jest its own server. */
  readonly serverUrl?: string;
  readonly onRound?: (round: number) => void;
}

export interface RunResult {
  readonly scenario: string;
  readonly server: string;
  readonly restarts: number;
  readonly requests: number;
  readonly counts: Counts;
  /** Rows that no request explains, or a second one for the same request. */
  readonly unexplained: number;
  /** Exit codes that were not 0, and processes that had to be killed. */
  readonly badExits: number;
  readonly requestsPerSecond: number;
  /** The longest that a client waited for an answer. */
  readonly longestMs: number;
  /** Requests that were not acknowledged, by the error or status that their client saw. */
  readonly failures: Readonly<Record<string, number>>;
}

const openRows = effectsOfSql({ query: 'select name from jobs' });

/** Requests that must be answered between two rounds, so that each restart meets a service under load. */
const ANSWERS_BETWEEN_ROUNDS = 50;

/** Restarts a deployment under load, round after round, and accounts for every request by the rows. */
export async function runScenario(options: RunOptions): Promise<RunResult> {
  const { scenario, server, rounds, clients } = options;
  const database = await createTestDatabase(options.serverUrl);
  const rows = openRows({ lane: 0, environment: {}, databaseUrl: database.url });
  const recorder = new Recorder((number) => `${server.name}-${number}`);
  try {
    const deployment = await scenario.deploy({ command: server.command, databaseUrl: database.url });
    const load = new Load({ port: deployment.port, recorder, clients });
    try {
      for (let round = 1; round <= rounds; round += 1) {
        await answers(recorder);
        await deployment.restartAll();
        options.onRound?.(round);
      }
      await answers(recorder);
    } finally {
      await load.stop();
      await deployment.stop();
    }
    return result(options, deployment, recorder, [...(await rows.read())]);
  } finally {
    await rows.end();
    await database.drop();
  }
}

async function answers(recorder: Recorder): Promise<void> {
  const from = recorder.observations.length;
  const isAnswered = ({ status }: { status: number | null }) => status === 201;
  await until(
    'answers under load',
    () => recorder.observations.slice(from).filter(isAnswered).length >= ANSWERS_BETWEEN_ROUNDS,
    30_000,
  );
}

function result(
  { scenario, server }: RunOptions,
  { exitCodes }: Deployment,
  recorder: Recorder,
  effects: readonly string[],
): RunResult {
  const tookMs = recorder.now();
  const { requests, counts, unexplained } = account(recorder.observations, {
    effects,
    isTracked: () => true,
    signalledAt: 0,
    mayRefuse: true,
  });
  const failures: Record<string, number> = {};
  let longestMs = 0;
  for (const { seen, fate } of requests) {
    longestMs = Math.max(longestMs, (seen.answeredAt ?? 0) - seen.startedAt);
    if (fate === 'acknowledged') continue;
    const what = `${fate}: ${seen.status ?? seen.error}`;
    failures[what] = (failures[what] ?? 0) + 1;
  }
  return {
    scenario: scenario.name,
    server: server.name,
    restarts: exitCodes.length,
    requests: requests.length,
    counts,
    unexplained: unexplained.length,
    badExits: exitCodes.filter((code) => code !== 0).length,
    requestsPerSecond: Math.round((requests.length / tookMs) * 1000),
    longestMs: Math.round(longestMs),
    failures,
  };
}

/** Everything was acknowledged, each with one row, and every process ended well. */
export function isFaultless(run: RunResult): boolean {
  return failed(run) === 0 && run.unexplained === 0 && run.badExits === 0;
}

/** Requests that did not end in a 201 with its row. */
export function failed({ counts }: RunResult): number {
  return (Object.keys(counts) as Fate[])
    .filter((fate) => fate !== 'acknowledged')
    .reduce((sum, fate) => sum + counts[fate], 0);
}
