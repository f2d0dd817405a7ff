import type { OpenEffects } from '../effects/effects';
import { Ledger } from '../effects/ledger';
import { isTimed } from '../modes';
import type { Mode, Requests } from '../modes/mode';
import type { Ids } from '../requests/ids';
import type { StartServer } from '../server/drilled-server';
import type { ExpectedExits } from './end-of-server';
import { type ModeResult, ModeTally } from './mode-result';
import { NeverRight } from './never-right';
import { type Lane, runTrial } from './trial';

/** What trials that run one after the other are given. */
export interface LaneSetup {
  /** The variables of the server and of the commands about effects. */
  readonly environment: Readonly<Record<string, string>>;
  /** A database of the lane's own. */
  readonly databaseUrl?: string | undefined;
}

export interface DrillPlan {
  readonly startServer: StartServer;
  /** The server whose time to exit is shown beside; left out where that is not measured. */
  readonly startYardstick?: StartServer | undefined;
  readonly requests: Requests;
  readonly ids: Ids;
  /** Null: effects are not looked at. */
  readonly effects: OpenEffects | null;
  readonly modes: readonly Mode[];
  readonly trials: number;
  readonly clients: number;
  readonly seed: number;
  readonly graceMs: number;
  readonly expectedExits: ExpectedExits;
  readonly clientsStopMs?: number | undefined;
  /** A clean no counts as a fault in the modes in which every request can be carried out. */
  readonly noRefusals?: boolean | undefined;
  /** One for each lane of trials that run side by side. */
  readonly lanes: readonly LaneSetup[];
  readonly onTrial?: (mode: Mode, done: number) => void;
  /** Once it is aborted no trial begins any more. */
  readonly signal?: AbortSignal | undefined;
}

/** Runs every trial of every mode. Throws in words for the user when a trial cannot be run, or not be accounted for. */
export async function runDrill(plan: DrillPlan): Promise<ModeResult[]> {
  const lanes = plan.lanes.map((setup, number) => laneOf(plan, setup, number));
  try {
    for (const { effects } of lanes) effects?.ledger.begin(await effects.source.read());
    const results: ModeResult[] = [];
    const run = { lanes, neverRight: new NeverRight(), nextSerial: 1 };
    for (const mode of plan.modes) results.push(await runMode(plan, mode, run));
    return results;
  } finally {
    await Promise.all(lanes.map((lane) => lane.effects?.source.end()));
  }
}

function laneOf(plan: DrillPlan, { environment, databaseUrl }: LaneSetup, number: number): Lane {
  const source = plan.effects?.({
    lane: number,
    environment,
    ...(databaseUrl !== undefined && { databaseUrl }),
  });
  if (source === undefined) return { number, environment, effects: null };
  return { number, environment, effects: { source, ledger: new Ledger(plan.ids, number, source) } };
}

/** What the modes of one run share. */
interface Run {
  readonly lanes: readonly Lane[];
  readonly neverRight: NeverRight;
  nextSerial: number;
}

async function runMode(plan: DrillPlan, mode: Mode, run: Run): Promise<ModeResult> {
  const mayRefuse = plan.noRefusals !== true || mode.answersAll !== true;
  const tally = new ModeTally(mode, plan.clients);
  let next = 1;
  let done = 0;
  let hasFailed = false;
  const nextTrial = async (lane: Lane) => {
    plan.signal?.throwIfAborted();
    const number = next++;
    const serial = run.nextSerial++;
    const trial = { ...plan, lane, mode, mayRefuse, number, serial, seed: plan.seed + number };
    const result = await runTrial(trial);
    run.neverRight.add(result.account, result.signalledAt);
    run.neverRight.check(plan.requests.mix.templates);
    tally.add(result);
    if (isTimed(mode) && plan.startYardstick !== undefined) {
      const yardstick = { ...trial, startServer: plan.startYardstick, serial: run.nextSerial++ };
      tally.addBare((await runTrial(yardstick)).exitMs);
    }
    done += 1;
    plan.onTrial?.(mode, done);
  };
  const inTurn = async (lane: Lane) => {
    while (next <= plan.trials && !hasFailed)
      await nextTrial(lane).catch((error) => {
        hasFailed = true;
        throw error;
      });
  };
  // Times are compared only between trials that had the machine to themselves.
  const used = isTimed(mode) ? run.lanes.slice(0, 1) : run.lanes;
  // All of them: what one lane still runs must have ended before the databases go.
  const ended = await Promise.allSettled(used.map(inTurn));
  for (const one of ended) if (one.status === 'rejected') throw one.reason;
  return tally.result();
}
