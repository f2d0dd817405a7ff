import type { Deadline } from './deadline';

/**
 * A part of the service that is started and stopped: a server, a pool, a log.
 *
 * Contract:
 * - `start` runs once every dependency has started. It rejects when the component cannot work, and promptly
 *   when `signal` aborts. What a rejected start had opened is closed by the component's own `stop`, which is
 *   called in that case too.
 * - `stop` runs once every dependent has stopped. A stop without a start is a no-op. It resolves only when
 *   nothing of the component runs any more, or when `deadline` has passed: a component that overruns its
 *   deadline is left behind and reported as forced.
 * - Both are single-flight: a second call returns the first call's promise.
 */
export interface Component {
  /** Unique within the service, in kebab-case: it appears in log lines, metrics and the drain report. */
  readonly name: string;
  start?(signal: AbortSignal): Promise<void>;
  /** Resolves with what is worth reporting, or with nothing when all was stopped as it should be. */
  stop?(deadline: Deadline): Promise<StopDetails | void>;
}

/** What a component says of its own stop. */
export interface StopDetails {
  /** Units of work (requests, statements, connections) that were cut short. Above 0 the stop counts as forced. */
  readonly forced?: number;
  /** Measurements for the drain report, by name with the unit in it: `listenerCloseMs`, `answeredDuringDrain`. */
  readonly figures?: Readonly<Record<string, number>>;
}
