import type { BenchDatabase } from './bench-database';
import { generateLoad } from './load/generate-load';
import type { Measurement } from './measurement';
import { cpuMs, residentBytes } from './process-usage';
import { RunningTarget } from './running-target';
import type { Target } from './targets';

export interface ThroughputOptions {
  readonly targets: readonly Target[];
  readonly connections: readonly number[];
  readonly rounds: number;
  readonly seconds: number;
  readonly onMeasured: (measurement: Measurement) => void;
}

/** So long a target is warmed up before its first round, in seconds: enough for V8 to optimise the hot path. */
const WARM_UP_SECONDS = 3;

/** Measures all targets in interleaved rounds (A B C, A B C, ...), so that the machine's moods hit all alike. */
export async function measureThroughput(
  database: BenchDatabase,
  options: ThroughputOptions,
): Promise<readonly Measurement[]> {
  const measurements: Measurement[] = [];
  const subjects: { target: Target; running: RunningTarget; url: string }[] = [];
  try {
    for (const target of options.targets) {
      const { url } = await database.create();
      const running = await RunningTarget.start(target, url);
      subjects.push({ target, running, url });
      await generateLoad({ port: running.port, connections: 64, seconds: WARM_UP_SECONDS });
    }
    for (const connections of options.connections) {
      for (let round = 1; round <= options.rounds; round += 1) {
        for (const { target, running, url } of subjects) {
          if (target.kind !== 'ceiling') await database.reset(url);
          const measured = await measureOnce(database, running, connections, options.seconds);
          const measurement = { target: target.name, connections, round, ...measured };
          measurements.push(measurement);
          options.onMeasured(measurement);
        }
      }
    }
  } finally {
    for (const { running } of subjects) await running.kill();
  }
  return measurements;
}

async function measureOnce(
  database: BenchDatabase,
  running: RunningTarget,
  connections: number,
  seconds: number,
): Promise<Omit<Measurement, 'target' | 'connections' | 'round'>> {
  const serverBefore = cpuMs(running.pid);
  const databaseBefore = database.cpuMs();
  const load = await generateLoad({ port: running.port, connections, seconds });
  const perRequest = (ms: number) => (ms * 1000) / load.requests;
  return {
    ...load,
    serverCpuUs: perRequest(cpuMs(running.pid) - serverBefore),
    databaseCpuUs: perRequest(database.cpuMs() - databaseBefore),
    residentMb: residentBytes(running.pid) / 1024 / 1024,
  };
}
