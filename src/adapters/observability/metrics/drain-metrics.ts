import type { LifecycleEvent } from '../../../application/lifecycle/lifecycle-observer';
import { gauge, labelled, type MetricFamily } from './metric-family';

/**
 * How long each phase of the drain takes: delay, listener, requests, disposal. The one under way shows its time so
 * far, because whoever scrapes during the drain will not be able to scrape after it.
 */
export class DrainMetrics {
  #begun: number | undefined;
  #stopCalled: number | undefined;
  #listenerClosed: number | undefined;
  #drained: number | undefined;

  readonly observe = (event: LifecycleEvent): void => {
    if (event.type === 'shutdown-begun') this.#begun = performance.now();
  };

  /** @param atMs since the server was told to stop */
  listenerClosed(atMs: number): void {
    this.#listenerClosed = performance.now();
    this.#stopCalled = this.#listenerClosed - atMs;
  }

  drained(): void {
    this.#drained = performance.now();
  }

  families(): readonly MetricFamily[] {
    return [
      gauge('lastcall_drain_phase_seconds', 'Time that a phase of the drain took, or has taken so far.', () =>
        labelled('phase', this.#phases()),
      ),
    ];
  }

  #phases(): Record<string, number> {
    const marks = {
      delay: this.#begun,
      listener: this.#stopCalled,
      requests: this.#listenerClosed,
      disposal: this.#drained,
    };
    const begun = Object.entries(marks).filter((mark): mark is [string, number] => mark[1] !== undefined);
    const seconds = begun.map(([phase, at], index) => {
      const end = begun[index + 1]?.[1] ?? performance.now();
      return [phase, (end - at) / 1000];
    });
    return Object.fromEntries(seconds);
  }
}
