import { type Measurement, series } from '../measurement';
import { ratio } from '../spread';
import type { Target } from '../targets';
import { type Bound, type Comparison, type Goal, judge } from './goals';

type Figure = (measurement: Measurement) => number;

const rate: Figure = (m) => m.requestsPerSecond;

/** The goals that one run of all targets can show. */
export function throughputGoals(measurements: readonly Measurement[], targets: readonly Target[]): Goal[] {
  const ours = targets.find(({ kind }) => kind === 'ours')?.name ?? '';
  const peers = targets.filter(({ kind }) => kind === 'peer');
  const named = (name: string) => targets.filter((target) => target.name === name);
  const compare = (rivals: readonly Target[], level: number, figure: Figure): Comparison[] =>
    rivals.map(({ name, label }) => ({
      rival: label,
      ratio: ratio(series(measurements, ours, level, figure), series(measurements, name, level, figure)),
    }));
  const goal = (text: string, bound: Bound, rivals: readonly Target[], level: number, figure: Figure) =>
    judge(text, bound, compare(rivals, level, figure));

  return [
    goal('throughput at 64: ≥ 2 × the fastest one-row peer', { atLeast: 2 }, peers, 64, rate),
    goal('throughput at 64: ≥ 2.5 × Koa + Kysely', { atLeast: 2.5 }, named('koa-kysely'), 64, rate),
    goal('throughput at 64: ≥ 0.9 × without a database', { atLeast: 0.9 }, named('no-database'), 64, rate),
    goal('p50 at 1: ≤ 1.05 × Koa + Kysely', { atMost: 1.05 }, named('koa-kysely'), 1, (m) => m.latencyMs.p50),
    goal('p99 at 64: lower than every peer', { below: 1 }, peers, 64, (m) => m.latencyMs.p99),
    goal(
      'database CPU per job at 64: ≤ ⅓ of every peer',
      { atMost: 1 / 3 },
      peers,
      64,
      (m) => m.databaseCpuUs,
    ),
    nothingFails(measurements, ours, 1000),
  ];
}

function nothingFails(measurements: readonly Measurement[], ours: string, level: number): Goal {
  const sum = (figure: Figure) =>
    series(measurements, ours, level, figure).reduce((total, value) => total + value, 0);
  const requests = sum((m) => m.requests);
  const failed = sum((m) => m.failed);
  const goal = `at ${level.toLocaleString('en-US')}: nothing fails`;
  if (requests === 0 && failed === 0) return { goal, measured: '–', met: undefined };
  return { goal, measured: `${failed} of ${requests.toLocaleString('en-US')} failed`, met: failed === 0 };
}
