import type { BenchDatabase } from './bench-database';
import { LoadGenerator } from './load/load-generator';
import type { Measurement } from './measurement';
import { cpuMs, residentBytes } from './process-usage';
import { rotated } from './rotated';
import { type Subject, startSubject } from './subject';
import type { Target } from './targets';

export interface ThroughputOptions {
  readonly targets: readonly Target[];
  readonly connections: readonly number[];
  readonly rounds: number;
  readonly seconds: number;
  readonly onMeasured?: (measurement: Measurement) => void;
}

/** Measures all targets in interleaved rounds (A B C, B C A, ...), so that the machine's moods hit all alike. */
export async function measureThroughput(
  database: BenchDatabase,
  options: ThroughputOptions,
): Promise<readonly Measurement[]> {
  const measurements: Measurement[] = [];
  const generator = LoadGenerator.start();
  const subjects: Subject[] = [];
  try {
    for (const target of options.targets) {
      const subject = await startSubject(target, database, generator);
      subjects.push(subject);
      await database.reset(subject.databaseUrl);
    }
    for (const connections of options.connections) {
      for (let round = 0; round < options.rounds; round += 1) {
        for (const subject of rotated(subjects, round)) {
          await subject.prepare(connections);
          const measured = await measure(database, subject, options.seconds);
          await subject.release();
          await database.reset(subject.databaseUrl);
          const measurement = { target: subject.target.name, connections, round, ...measured };
          measurements.push(measurement);
          options.onMeasured?.(measurement);
        }
      }
    }
  } finally {
    for (const subject of subjects) await subject.stop();
    await generator.stop();
  }
  return measurements;
}

async function measure(
  database: BenchDatabase,
  { pid, load }: Subject,
  seconds: number,
): Promise<Omit<Measurement, 'target' | 'connections' | 'round'>> {
  const serverCpuMs = () => (pid === undefined ? Number.NaN : cpuMs(pid));
  const serverBefore = serverCpuMs();
  const databaseBefore = database.cpuMs();
  const result = await load(seconds);
  const perRequestUs = (ms: number) => (ms * 1000) / result.requests;
  return {
    ...result,
    serverCpuUs: perRequestUs(serverCpuMs() - serverBefore),
    databaseCpuUs: perRequestUs(database.cpuMs() - databaseBefore),
    residentMb: pid === undefined ? Number.NaN : residentBytes(pid) / 1024 / 1024,
  };
}
