import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { Recorder } from '../client/recorder';
import { sharedAbort, type TrialContext } from '../modes/mode';
import { Random } from '../modes/random';
import type { DrilledServer } from '../server/drilled-server';
import { ListenerWatch } from '../server/listener-watch';
import type { LogLine } from '../server/log-lines';
import type { EndOfServer } from './end-of-server';
import { untilLoadStands } from './load-stands';
import { PoolWatch } from './pool-watch';
import type { TrialPlan } from './trial';

/** What was seen of a trial, on its recorder's clock. */
export interface Observed {
  readonly recorder: Recorder;
  /** When the server was told to stop; for a command that says so, when it began. */
  readonly signalledAt: number;
  readonly end: EndOfServer;
  readonly listener: ListenerWatch | null;
  /** It goes on until the effects have been read. */
  readonly pool: PoolWatch | null;
  /** How late the drill was at the most, in what it read since the signal. */
  readonly lagMs: number;
  readonly log: readonly LogLine[];
}

const LAG_RESOLUTION_MS = 1;

/**
 * Loads a server, tells it to stop, and waits until it has gone and every client has finished.
 * @throws Error in words for the user when the server cannot be told; nothing goes on then
 */
export async function observe(plan: TrialPlan, server: DrilledServer): Promise<Observed> {
  const { mode, lane } = plan;
  const origin = { lane: lane.number, trial: plan.serial };
  const recorder = new Recorder((number) => plan.ids.make(origin, number));
  const now = () => recorder.now();
  const zero = performance.now() - now();
  const random = new Random(plan.seed);
  const gone = sharedAbort();
  const enough = sharedAbort();
  const end = () => {
    gone.abort();
    enough.abort();
  };
  void server.exited.then(end);
  let announceSignal = () => {};
  let hasSignalled = false;
  const signalled = new Promise<void>((resolve) => {
    announceSignal = resolve;
  });
  const trial: TrialContext = {
    ...plan.requests,
    endpoint: server.endpoint,
    clients: plan.clients,
    recorder,
    random,
    signalled,
    hasSignalled: () => hasSignalled,
    gone: gone.signal,
    enough: enough.signal,
  };
  const lag = monitorEventLoopDelay({ resolution: LAG_RESOLUTION_MS });
  let listener: ListenerWatch | null = null;
  let tired: NodeJS.Timeout | undefined;
  try {
    const load = mode.drive(trial);
    const answerMs = mode.waitsForAnswers === true ? await untilLoadStands(trial) : 0;
    const [soonest, latest] = mode.beforeSignalMs;
    await sleep(random.between(soonest, latest + answerMs));
    const signalledAt = await deliver(plan, server, trial);
    lag.enable();
    hasSignalled = true;
    announceSignal();
    if (mode.undisturbed !== true) listener = new ListenerWatch(server.endpoint, now);
    const pool = watchPool(plan, now);
    tired = setTimeout(() => enough.abort(), plan.clientsStopMs ?? plan.graceMs);
    const isQuiet = () => recorder.connections.every(({ endedAt }) => endedAt !== null);
    const exit = await server.exitWithin(plan.graceMs, isQuiet);
    await load;
    return {
      recorder,
      signalledAt,
      end:
        exit === null
          ? { killed: true, code: null, signal: null, at: null }
          : { killed: false, code: exit.code, signal: exit.signal, at: exit.at - zero },
      listener,
      pool,
      lagMs: Math.max(0, lag.max / 1e6 - LAG_RESOLUTION_MS),
      log: server.logLines().map((line) => ({ ...line, at: line.at - zero })),
    };
  } finally {
    end();
    announceSignal();
    lag.disable();
    clearTimeout(tired);
    await listener?.stop();
  }
}

/** Tells the server to stop in the way of the mode. Resolves with the moment at which that began. */
async function deliver({ mode }: TrialPlan, server: DrilledServer, trial: TrialContext): Promise<number> {
  let at = trial.recorder.now();
  const stop = async () => {
    at = trial.recorder.now();
    await server.stop();
  };
  if (mode.deliver === undefined) await stop();
  else await mode.deliver({ stop, freeze: () => server.freeze?.(), thaw: () => server.thaw?.() }, trial);
  return at;
}

function watchPool({ mode, lane }: TrialPlan, now: () => number): PoolWatch | null {
  const sessions = mode.undisturbed === true ? undefined : lane.effects?.source.sessions;
  return sessions === undefined ? null : new PoolWatch(sessions, now);
}
