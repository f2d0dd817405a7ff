import { TIME_BUDGET } from '../../domain/lifecycle/time-budget';
import type { Component, StopDetails } from './component';
import { Deadline } from './deadline';
import type { ComponentReport } from './shutdown-report';

/**
 * Stops one component by `at` (milliseconds of `performance.now()`), or within what it says that it takes at the most, and
 * says how it went. Never rejects, and does not outlast the deadline: what has not stopped by then is left behind as forced.
 */
export async function stopComponent(component: Component, at: number): Promise<ComponentReport> {
  const began = performance.now();
  const deadline = Deadline.at(Math.min(at, began + (component.stopWithinMs ?? Number.POSITIVE_INFINITY)));
  const report = (rest: Omit<ComponentReport, 'name' | 'tookMs'>): ComponentReport => ({
    name: component.name,
    tookMs: performance.now() - began,
    ...rest,
  });
  try {
    const details = (await Promise.race([component.stop?.(deadline), overrun(deadline)])) ?? {};
    const forced = details.forced ?? 0;
    return report({ outcome: forced > 0 ? 'forced' : 'clean', forced, figures: details.figures ?? {} });
  } catch (error) {
    const outcome = error instanceof Overrun ? 'forced' : 'failed';
    return report({ outcome, forced: outcome === 'forced' ? 1 : 0, figures: {}, error });
  } finally {
    deadline.clear();
  }
}

class Overrun extends Error {}

function overrun(deadline: Deadline): Promise<StopDetails> {
  return new Promise((_, reject) => {
    deadline.signal.addEventListener('abort', () => {
      setTimeout(
        () => reject(new Overrun('did not stop within its share of the budget')),
        TIME_BUDGET.overrunGraceMs,
      );
    });
  });
}
