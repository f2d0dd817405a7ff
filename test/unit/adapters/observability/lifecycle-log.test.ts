import { lifecycleLog } from '../../../../src/adapters/observability/lifecycle-log';
import { InMemoryLog } from '../../../doubles/in-memory-log';

const clean = { name: 'pool', outcome: 'clean', tookMs: 1.26, forced: 0, figures: {} } as const;

function linesOf(...events: Parameters<ReturnType<typeof lifecycleLog>>[0][]) {
  const log = new InMemoryLog();
  const observe = lifecycleLog(log);
  for (const event of events) observe(event);
  return log.lines.map(({ level, message, fields }) => [level, message, fields]);
}

it('writes one line for each event of the start', () => {
  const error = new Error('no');
  expect(
    linesOf(
      { type: 'component-started', name: 'pool', tookMs: 2.66 },
      { type: 'component-start-failed', name: 'http', error },
      { type: 'phase-changed', phase: 'ready' },
    ),
  ).toEqual([
    ['info', 'started pool', { event: 'component-started', component: 'pool', tookMs: 2.7 }],
    ['error', 'could not start http', { event: 'component-start-failed', component: 'http', err: error }],
    ['info', 'ready', { event: 'phase-changed' }],
  ]);
});

it('writes why and for how long at most the service stops', () => {
  expect(linesOf({ type: 'shutdown-begun', reason: 'SIGTERM', timeoutMs: 9_000 })).toEqual([
    ['info', 'shutting down', { event: 'shutdown-begun', reason: 'SIGTERM', timeoutMs: 9_000 }],
  ]);
});

it('writes a clean stop as news, and any other as an error with its reason', () => {
  const error = new Error('hung');
  const figures = { answered: 2 };
  expect(
    linesOf(
      { type: 'component-stopped', report: clean },
      { type: 'component-stopped', report: { ...clean, outcome: 'forced', forced: 2, figures, error } },
    ),
  ).toEqual([
    [
      'info',
      'stopped pool',
      { event: 'component-stopped', component: 'pool', outcome: 'clean', tookMs: 1.3 },
    ],
    [
      'error',
      'stopped pool: forced',
      {
        event: 'component-stopped',
        component: 'pool',
        outcome: 'forced',
        tookMs: 1.3,
        forced: 2,
        figures,
        err: error,
      },
    ],
  ]);
});

it('leaves the report to main: its line is the last one', () => {
  const report = { reason: 'SIGTERM', outcome: 'clean', tookMs: 1, components: [] } as const;
  expect(linesOf({ type: 'shutdown-finished', report })).toEqual([]);
});
