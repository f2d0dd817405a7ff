import type { Measurement } from '../measurement';
import type { Target } from '../targets';
import { throughputChart } from './throughput-chart';
import { throughputGoals } from './throughput-goals';
import { throughputTables } from './throughput-table';

const TARGETS: readonly Target[] = [
  { name: 'lastcall', label: 'lastcall', kind: 'ours' },
  { name: 'koa-kysely', label: 'Koa + Kysely', kind: 'peer' },
  { name: 'bare-pg', label: 'node:http + pg', kind: 'peer' },
  { name: 'no-database', label: 'without a database', kind: 'ceiling' },
  { name: 'pgbench', label: 'pgbench', kind: 'ceiling' },
];

/** Such as pgbench that found no time for one row. */
const ABSENT: Target = { name: 'absent', label: 'absent', kind: 'ceiling' };

function measured(target: string, round: number, figures: Partial<Measurement> = {}): Measurement {
  return {
    target,
    connections: 64,
    round,
    requests: 1000,
    requestsPerSecond: 1000,
    latencyMs: { p50: 1, p90: 2, p99: 3 },
    failed: 0,
    generatorCpu: 0.25,
    serverCpuUs: 100,
    databaseCpuUs: 90,
    residentMb: 80,
    ...figures,
  };
}

/** The second round is in a slow moment of the machine, and was begun by another target. */
const MEASUREMENTS = [1, 0, 2].flatMap((round) => {
  const pace = round === 1 ? 0.1 : 1;
  return [
    measured('bare-pg', round, { requestsPerSecond: 4000 * pace }),
    measured('lastcall', round, {
      requestsPerSecond: 10_000 * pace,
      databaseCpuUs: 30,
      latencyMs: { p50: 1, p90: 1, p99: 2 },
    }),
    measured('koa-kysely', round, { requestsPerSecond: 3000 * pace, latencyMs: { p50: 1, p90: 1, p99: 2 } }),
    measured('no-database', round, { requestsPerSecond: 12_000 * pace, databaseCpuUs: 0 }),
    measured('pgbench', round, { requestsPerSecond: 5000 * pace, serverCpuUs: Number.NaN }),
  ];
});

test('every goal is judged by the median of the ratios round by round', () => {
  expect(throughputGoals(MEASUREMENTS, TARGETS).map(({ measured, met }) => [measured, met])).toEqual([
    ['2.50 (2.50–2.50), node:http + pg', true],
    ['3.33 (3.33–3.33), Koa + Kysely', true],
    ['0.83 (0.83–0.83), without a database', false],
    ['–', undefined],
    ['1.00 (1.00–1.00), Koa + Kysely', false],
    ['0.33 (0.33–0.33), Koa + Kysely', true],
    ['–', undefined],
  ]);
});

test('one failed request at 1,000 connections is one too many', () => {
  const crowd = [0, 1].map((failed) => measured('lastcall', failed, { connections: 1000, failed }));
  expect(throughputGoals(crowd, TARGETS).at(-1)).toMatchObject({
    measured: '1 of 2,000 failed',
    met: false,
  });
});

test('the table has a row a target, with a dash for a figure that the target does not have', () => {
  const table = throughputTables(MEASUREMENTS, TARGETS);
  expect(table).toContain(
    '| lastcall | 10,000 (5,500–10,000) | 1.00 (1.00–1.00) | 1.00 | 1.00 | 2.00 | 100 | 30 | 80 | 25 % | 0 |',
  );
  expect(table).toContain(
    '| pgbench | 5,000 (2,750–5,000) | 2.00 (2.00–2.00) | 1.00 | 2.00 | 3.00 | – | 90 |',
  );
});

test('the chart names every target and its rate, in both colour schemes', () => {
  const chart = throughputChart(MEASUREMENTS, [...TARGETS, ABSENT], 64);
  for (const { label } of TARGETS) expect(chart).toContain(label);
  expect(chart).toContain('>10,000</text>');
  expect(chart).not.toContain('NaN');
  expect(chart).toContain('prefers-color-scheme: dark');
});
