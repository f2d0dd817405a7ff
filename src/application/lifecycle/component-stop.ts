import type { Component, StopDetails } from './component';
import { Deadline } from './deadline';
import type { ComponentReport } from './shutdown-report';

/**
 * Stops one component by `at` (milliseconds of `performance.now()`), and says how it went. Never rejects, and does
 * not outlast the deadline: what has not stopped by then is left behind as forced.
 */
export async function stopComponent(component: Component, at: number): Promise<ComponentReport> {
  const began = performance.now();
  const deadline = Deadline.at(at);
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

/** A component stops itself at the deadline; it is overrun a moment later, so that it can still say what it forced. */
const OVERRUN_GRACE_MS = 50;

function overrun(deadline: Deadline): Promise<StopDetails> {
  return new Promise((_, reject) => {
    deadline.signal.addEventListener('abort', () => {
      setTimeout(() => reject(new Overrun('did not stop within its share of the budget')), OVERRUN_GRACE_MS);
    });
  });
}
