import { type Account, account } from '../accounting/account';
import type { ConnectionSpan, Mark } from '../client/recorder';
import type { EffectsSource } from '../effects/effects';
import type { Ledger } from '../effects/ledger';
import type { Mode, Requests } from '../modes/mode';
import type { Ids } from '../requests/ids';
import type { LaneEnvironment, StartServer } from '../server/drilled-server';
import type { LogLine } from '../server/log-lines';
import type { Cause } from '../why/cause';
import { causesOf } from '../why/causes-of';
import { type EndOfServer, type ExpectedExits, isGoodEnd } from './end-of-server';
import { marksOf } from './marks';
import { observe } from './observe';

/** What trials that run one after the other have in common. */
export interface Lane extends LaneEnvironment {
  readonly number: number;
  /** Null: effects are not looked at. */
  readonly effects: { readonly source: EffectsSource; readonly ledger: Ledger } | null;
}

export interface TrialPlan {
  readonly mode: Mode;
  /** The number of the trial within its mode, from 1. */
  readonly number: number;
  /** The number of the trial within the run, from 1. */
  readonly serial: number;
  readonly ids: Ids;
  readonly requests: Requests;
  readonly startServer: StartServer;
  readonly lane: Lane;
  readonly clients: number;
  readonly seed: number;
  /** The grace period: an exit must come within this after the signal, or SIGKILL follows. */
  readonly graceMs: number;
  readonly expectedExits: ExpectedExits;
  /** Whether a clean no is a right answer to a request. */
  readonly mayRefuse: boolean;
  /** Clients start nothing new this long after the signal; left out, they go on until the server has gone. */
  readonly clientsStopMs?: number | undefined;
}

export interface TrialResult {
  readonly number: number;
  readonly account: Account;
  readonly end: EndOfServer;
  readonly isGoodEnd: boolean;
  /** From the signal to the exit; null when it had to be killed, or had gone before. */
  readonly exitMs: number | null;
  readonly signalledAt: number;
  readonly connections: readonly ConnectionSpan[];
  readonly marks: readonly Mark[];
  /** Why its faults happened; empty where there are none. */
  readonly causes: readonly Cause[];
  readonly log: readonly LogLine[];
}

/** Starts the server, loads it, tells it to stop, waits for the exit, and accounts for every request. */
export async function runTrial(plan: TrialPlan): Promise<TrialResult> {
  const { mode, requests, expectedExits } = plan;
  const server = await plan.startServer(plan.lane);
  const { recorder, signalledAt, end, lagMs, ...watched } = await observe(plan, server);
  const effects = await effectsOf(plan);
  await watched.pool?.stop();
  const { mix, messages } = requests;
  const accounted = account(recorder.observations, {
    effects,
    isTracked: (template) => mix.templates[template]?.isTracked === true || template === messages?.index,
    signalledAt,
    killedAt: end.killed ? signalledAt + plan.graceMs : null,
    mayRefuse: plan.mayRefuse,
    keepsHabits: mode.keepsHabits,
  });
  const { connections } = recorder;
  const seen = {
    requests: accounted.requests,
    connections,
    signalledAt,
    listenerClosedAt: notAfter(end.at, watched.listener?.closedAt ?? null),
    poolEndedAt: watched.pool?.endedAt ?? null,
    exitAt: end.at,
  };
  return {
    number: plan.number,
    account: accounted,
    end,
    isGoodEnd: isGoodEnd(end, signalledAt, expectedExits),
    exitMs: end.at === null || end.at < signalledAt ? null : end.at - signalledAt,
    signalledAt,
    connections,
    marks: marksOf(seen),
    causes: causesOf({
      ...seen,
      lagMs,
      secure: server.endpoint.tls !== undefined,
      exitCode: end.code,
      exitSignal: end.signal,
      killed: end.killed,
      graceMs: plan.graceMs,
      expectedExits,
      unexplained: accounted.unexplained,
      log: watched.log,
    }),
    log: watched.log,
  };
}

/** A knock that comes after the exit is refused, but the listener had gone with it. */
function notAfter(exitAt: number | null, at: number | null): number | null {
  return at === null || exitAt === null ? at : Math.min(at, exitAt);
}

async function effectsOf({ lane, serial }: TrialPlan): Promise<string[] | null> {
  if (lane.effects === null) return null;
  const { source, ledger } = lane.effects;
  const { own, strangers } = ledger.take(await source.read(), serial);
  if (source.reset !== undefined) {
    await source.reset();
    ledger.reset();
  }
  return [...own, ...strangers];
}
