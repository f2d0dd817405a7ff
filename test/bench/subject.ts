import type { BenchDatabase } from './bench-database';
import type { LoadGenerator } from './load/load-generator';
import type { LoadResult } from './load/load-result';
import { pgbench } from './load/pgbench';
import { RunningTarget } from './running-target';
import { isServer, type ServerTarget, type Target } from './targets';

/** A target that is ready for load, on a database of its own. */
export interface Subject {
  readonly target: Target;
  readonly databaseUrl: string;
  /** Undefined for pgbench, which is a new process for each load. */
  readonly pid: number | undefined;
  /** Opens the connections and wakes what has fallen asleep since the last round. */
  prepare(connections: number): Promise<void>;
  load(seconds: number): Promise<LoadResult>;
  /** Closes the connections. */
  release(): Promise<void>;
  stop(): Promise<void>;
}

/** Enough for V8 to optimise the hot path. */
const WARM_UP = { connections: 64, seconds: 3 };
/** A pool closes sessions that were idle for ten seconds: to open them again is no part of a measurement. */
const WAKE_UP_SECONDS = 0.25;

export async function startSubject(
  target: Target,
  database: BenchDatabase,
  generator: LoadGenerator,
): Promise<Subject> {
  const { url } = await database.create();
  if (target.kind === 'ceiling') await database.createTable(url);
  return isServer(target)
    ? startServer(target, url, generator)
    : pgbenchSubject(target, url, () => database.freeSessions());
}

async function startServer(target: ServerTarget, url: string, generator: LoadGenerator): Promise<Subject> {
  const running = await RunningTarget.start(target, url);
  const subject: Subject = {
    target,
    databaseUrl: url,
    pid: running.pid,
    async prepare(connections) {
      await generator.open(running.port, connections);
      await generator.run(WAKE_UP_SECONDS);
    },
    load: (seconds) => generator.run(seconds),
    release: () => generator.close(),
    stop: () => running.kill(),
  };
  await subject.prepare(WARM_UP.connections);
  await subject.load(WARM_UP.seconds);
  await subject.release();
  return subject;
}

function pgbenchSubject(target: Target, url: string, freeSessions: () => Promise<number>): Subject {
  let sessions = 0;
  return {
    target,
    databaseUrl: url,
    pid: undefined,
    async prepare(connections) {
      sessions = Math.min(connections, await freeSessions());
    },
    load: (seconds) => pgbench(url, sessions, seconds),
    release: async () => {},
    stop: async () => {},
  };
}
