import type { LifecycleEvent } from '../../../application/lifecycle/lifecycle-observer';
import type { Phase } from '../../../domain/lifecycle/lifecycle';
import { counter, gauge, labelled, type MetricFamily } from './metric-family';

const PHASES: readonly Phase[] = ['starting', 'ready', 'draining', 'stopped'];

/** Where the service is in its life, and what its components made of starting and stopping. */
export class LifecycleMetrics {
  #phase: Phase = 'starting';
  readonly #startSeconds: Record<string, number> = {};
  readonly #stopSeconds: Record<string, number> = {};
  readonly #forced: Record<string, number> = {};

  readonly observe = (event: LifecycleEvent): void => {
    if (event.type === 'phase-changed') this.#phase = event.phase;
    if (event.type === 'component-started') this.#startSeconds[event.name] = event.tookMs / 1000;
    if (event.type === 'component-stopped') {
      const { name, tookMs, forced } = event.report;
      this.#stopSeconds[name] = tookMs / 1000;
      this.#forced[name] = forced;
    }
  };

  families(): readonly MetricFamily[] {
    return [
      gauge('lastcall_lifecycle_phase', '1 for the phase that the service is in, 0 for the others.', () =>
        PHASES.map((phase) => ({ labels: { phase }, value: phase === this.#phase ? 1 : 0 })),
      ),
      gauge('lastcall_component_start_seconds', 'Time that a component took to start.', () =>
        labelled('component', this.#startSeconds),
      ),
      gauge('lastcall_component_stop_seconds', 'Time that a component took to stop.', () =>
        labelled('component', this.#stopSeconds),
      ),
      counter('lastcall_forced_total', 'Units of work that a stop cut short: requests, statements.', () =>
        labelled('component', this.#forced),
      ),
    ];
  }
}
