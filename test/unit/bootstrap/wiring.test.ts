import { gauge } from '../../../src/adapters/observability/metrics/metric-family';
import { JOBS_TABLE } from '../../../src/adapters/postgres/jobs/jobs-table';
import type { Repository } from '../../../src/application/intake/repository';
import type { Component } from '../../../src/application/lifecycle/component';
import type { LifecycleEvent } from '../../../src/application/lifecycle/lifecycle-observer';
import { components } from '../../../src/bootstrap/components';
import { readConfig } from '../../../src/bootstrap/config';
import { defineModule, type ModuleKit } from '../../../src/bootstrap/module';
import { MODULES } from '../../../src/bootstrap/modules';
import { token } from '../../../src/bootstrap/registry';
import { tellAll } from '../../../src/bootstrap/service';
import { TOKENS } from '../../../src/bootstrap/tokens';
import { describeWiring } from '../../../src/bootstrap/wiring';
import type { Job } from '../../../src/domain/jobs/job';
import { type Dependencies, stopWaves } from '../../../src/domain/lifecycle/stop-order';
import { InMemoryLog } from '../../doubles/in-memory-log';

const given = () => components(readConfig({ DATABASE_URL: 'postgres://h/d' }));
const embedded = () => components(readConfig({}));

/** Whether `from` reaches `to` along the edges. */
function reaches(edges: Dependencies, from: string, to: string): boolean {
  return (edges.get(from) ?? []).some((used) => used === to || reaches(edges, used, to));
}

it.each([
  ['http-server', 'job-writer'],
  ['job-writer', 'postgres-pool'],
  ['http-server', 'postgres-pool'],
  ['job-writer', 'postgres-schema'],
  ['postgres-schema', 'postgres-pool'],
  ['postgres-pool', 'log'],
])('%s stops before %s, because it uses it', (dependent, dependency) => {
  const { dependencies } = given().graph();
  expect(reaches(dependencies, dependent, dependency)).toBe(true);
  const waves = stopWaves(dependencies);
  const waveOf = (name: string) => waves.findIndex((wave) => wave.includes(name));
  expect(waveOf(dependent)).toBeLessThan(waveOf(dependency));
});

it('has the log as its last wave, alone', () => {
  for (const registry of [given(), embedded()])
    expect(stopWaves(registry.graph().dependencies).at(-1)).toEqual(['log']);
});

it('has the server of the metrics stopped after all that is measured, which does not use it', () => {
  const registry = components(readConfig({ DATABASE_URL: 'postgres://h/d', METRICS_PORT: '0' }));
  const { dependencies } = registry.graph();
  for (const name of ['http-server', 'job-writer', 'postgres-pool'])
    expect(reaches(dependencies, name, 'metrics-server')).toBe(true);
  for (const { uses } of registry.edges().values()) expect(uses).not.toContain('metrics-server');
});

it('has no database where everything is kept in memory', () => {
  const names = [
    ...components(readConfig({ DATABASE_URL: 'memory:', LOG_LEVEL: 'silent' }))
      .edges()
      .keys(),
  ];
  expect(names.filter((name) => /postgres|database/.test(name))).toEqual([]);
});

it('has the embedded Postgres only where no database is given, stopped after the pool', () => {
  expect(given().edges().has('embedded-postgres')).toBe(false);
  const { dependencies } = embedded().graph();
  expect(reaches(dependencies, 'postgres-pool', 'embedded-postgres')).toBe(true);
});

it('takes a worker in that stops after the HTTP server and before the pool, and is used by neither', () => {
  const WORKER = token<Component>('worker');
  const worker = defineModule('worker', ({ component }) => {
    component(WORKER, (use) => {
      use.before(TOKENS.httpServer);
      use(TOKENS.pool);
      return { name: WORKER.name, stop: async () => {} };
    });
  });
  const registry = components(readConfig({ DATABASE_URL: 'postgres://h/d' }), [...MODULES, worker]);
  const waves = stopWaves(registry.graph().dependencies);
  const waveOf = (name: string) => waves.findIndex((wave) => wave.includes(name));
  expect(waveOf('http-server')).toBeLessThan(waveOf('worker'));
  expect(waveOf('worker')).toBeLessThan(waveOf('postgres-pool'));
  expect(describeWiring(registry)).toMatch(/^ {2}http-server -> .*\(after worker\)$/m);
});

describe("modules that get into each other's way are refused before anything starts", () => {
  const config = readConfig({ DATABASE_URL: 'memory:', LOG_LEVEL: 'silent' });
  const route = { method: 'get', path: '/x', handle: () => {} } as const;
  const operation = { operationId: 'x', summary: 'x', responses: {} };
  it.each<[string, string, (kit: ModuleKit) => void]>([
    [
      'two tables are called "jobs"',
      'one name',
      ({ repository }) => repository(token<Repository<Job>>('r'), { ...JOBS_TABLE, scope: 's' }),
    ],
    [
      'two scopes of keys are called ""',
      'one scope',
      ({ repository }) => repository(token<Repository<Job>>('r'), { ...JOBS_TABLE, name: 'n' }),
    ],
    [
      'two metrics are called "lastcall_lifecycle_phase"',
      'one metric',
      ({ metrics }) => metrics([gauge('lastcall_lifecycle_phase', '', () => [])]),
    ],
    [
      'two routes are called "get /health"',
      'one route',
      ({ routes }) => routes(() => ({ tag: 't', routes: [{ ...route, path: '/health', operation }] })),
    ],
    [
      'two schemas are called "Job"',
      'one schema',
      ({ routes }) => routes(() => ({ tag: 't', routes: [], schemas: { Job: {} } })),
    ],
    [
      'no problem has the code misspelt',
      'an unknown problem',
      ({ routes }) =>
        routes(() => ({
          tag: 't',
          routes: [{ ...route, operation: { ...operation, problems: ['misspelt'] } }],
        })),
    ],
    [
      'two problems have the code invalid_job',
      'one problem',
      ({ problems }) => problems([{ code: 'invalid_job', status: 400, when: '' }]),
    ],
  ])('%s: %s', (said, _, register) => {
    expect(() => components(config, [...MODULES, defineModule('other', register)])).toThrow(said);
  });

  it('two modules are called "jobs"', () => {
    expect(() => components(config, [...MODULES, defineModule('jobs', () => {})])).toThrow(
      'two modules are called "jobs"',
    );
  });
});

it('is described with every edge and every component that stops', () => {
  const text = describeWiring(given());
  for (const [name, { uses, after }] of given().edges()) {
    const edges = [...uses, ...after.map((other) => `(after ${other})`)];
    expect(text).toContain(edges.length > 0 ? `  ${name} -> ${edges.join(', ')}\n` : `  ${name}\n`);
  }
  const order = text.slice(text.indexOf('stop order'));
  for (const { name, stop } of given().graph().components)
    expect(order.includes(name)).toBe(stop !== undefined);
});

it('tells all observers, also when one of them fails', () => {
  const log = new InMemoryLog();
  const told: LifecycleEvent[] = [];
  const fault = new Error('a defect');
  const observe = tellAll(
    [
      () => {
        throw fault;
      },
      (event) => told.push(event),
    ],
    log,
  );
  const event = { type: 'phase-changed', phase: 'draining' } as const;
  observe(event);
  expect(told).toEqual([event]);
  expect(log.lines).toEqual([
    { level: 'error', message: 'one who was told of the drain failed', fields: { err: fault } },
  ]);
});
