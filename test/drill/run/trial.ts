import { setTimeout as sleep } from 'node:timers/promises';
import { type Account, account } from '../accounting/account';
import { type ConnectionSpan, type Mark, Recorder } from '../client/recorder';
import type { JobsTable } from '../database/jobs-table';
import { PoolWatch } from '../database/pool-watch';
import { type Mode, sharedAbort, type TrialContext } from '../modes/mode';
import { Random } from '../modes/random';
import { freePort } from '../server/free-port';
import { ListenerWatch } from '../server/listener-watch';
import type { LogLine } from '../server/log-lines';
import { ServerProcess } from '../server/server-process';
import { marksOf } from './marks';

export interface TrialPlan {
  readonly mode: Mode;
  /** The number of the trial within its mode, from 1. */
  readonly number: number;
  readonly command: string;
  readonly cwd: string;
  readonly clients: number;
  /** Whether the server speaks TLS. */
  readonly secure?: boolean;
  readonly seed: number;
  readonly databaseUrl: string;
  readonly table: JobsTable;
  /** The grace period: an exit must come within this after the signal, or SIGKILL follows. */
  readonly graceMs: number;
  /** Whether a clean no is a right answer to a job. */
  readonly mayRefuse: boolean;
  /** Clients start nothing new this long after the signal; left out, they go on until the server has gone. */
  readonly clientsStopMs?: number;
}

export interface TrialResult {
  readonly number: number;
  readonly account: Account;
  /** Null when it had to be killed at the end of the grace period. */
  readonly exitCode: number | null;
  /** From the signal to the exit; null when it had to be killed. */
  readonly exitMs: number | null;
  readonly signalledAt: number;
  readonly connections: readonly ConnectionSpan[];
  readonly marks: readonly Mark[];
  readonly log: readonly LogLine[];
}

const START_TIMEOUT_MS = 30_000;

/** Starts the server, loads it, signals, waits for the exit, and accounts for every request. */
export async function runTrial(plan: TrialPlan): Promise<TrialResult> {
  const port = await freePort();
  const server = await ServerProcess.start({ ...plan, port, startTimeoutMs: START_TIMEOUT_MS });
  const recorder = new Recorder(`${plan.mode.name}-${plan.number}-`);
  const zero = performance.now() - recorder.now();
  const random = new Random(plan.seed);
  const gone = sharedAbort();
  const enough = sharedAbort();
  let announceSignal = () => {};
  const signalled = new Promise<void>((resolve) => {
    announceSignal = resolve;
  });
  let signalledAt: number | null = null;
  const trial: TrialContext = {
    port,
    secure: plan.secure === true,
    clients: plan.clients,
    recorder,
    random,
    signalled,
    hasSignalled: () => signalledAt !== null,
    gone: gone.signal,
    enough: enough.signal,
  };
  void server.exited.then(() => {
    gone.abort();
    enough.abort();
  });

  const load = plan.mode.drive(trial);
  await sleep(random.between(...plan.mode.beforeSignalMs));
  const signal = (name: NodeJS.Signals) => {
    server.signal(name);
    if (name === 'SIGTERM') signalledAt = recorder.now();
  };
  await (plan.mode.deliver?.({ signal }, trial) ?? signal('SIGTERM'));
  const sentAt = signalledAt ?? recorder.now();
  announceSignal();
  const listener = plan.mode.undisturbed === true ? null : new ListenerWatch(port, () => recorder.now());
  const pool = plan.mode.undisturbed === true ? null : new PoolWatch(plan.table, () => recorder.now());
  const tired = setTimeout(() => enough.abort(), plan.clientsStopMs ?? plan.graceMs);

  const exit = await server.exitWithin(plan.graceMs);
  clearTimeout(tired);
  await load;
  listener?.stop();
  const names = await plan.table.finalNames();
  await pool?.stop();
  await plan.table.clear();

  const exitAt = exit === null ? null : exit.at - zero;
  const result = account(recorder.observations, names, sentAt, plan.mayRefuse);
  const log = server.logLines().map((line) => ({ ...line, at: line.at - zero }));
  return {
    number: plan.number,
    account: result,
    exitCode: exit?.code ?? null,
    exitMs: exitAt === null ? null : exitAt - sentAt,
    signalledAt: sentAt,
    connections: recorder.connections,
    marks: marksOf({
      requests: result.requests,
      connections: recorder.connections,
      signalledAt: sentAt,
      listenerClosedAt: listener?.closedAt ?? null,
      poolEndedAt: pool?.endedAt ?? null,
      exitAt,
    }),
    log,
  };
}
