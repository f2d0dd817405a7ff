import type { LifecycleEvent } from '../../../src/application/lifecycle/lifecycle-observer';
import { tellAll } from '../../../src/bootstrap/service';
import { InMemoryLog } from '../../doubles/in-memory-log';

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
