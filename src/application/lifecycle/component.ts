import type { Deadline } from './deadline';

/**
 * A part of the service that is started and stopped: a server, a pool, a log.
 *
 * Contract:
 * - `start` runs once every dependency has started. It rejects when the component cannot work, and promptly
 *   when `signal` aborts. What a rejected start had opened is closed by the component's own `stop`, which is
 *   called in that case too.
 * - `stop` runs once every dependent has stopped, and never while a start is under way, unless that one does not give up by
 *   the deadline. It resolves only when nothing of the component runs any more, or when `deadline` has passed: a component
 *   that overruns its deadline is left behind and reported as forced.
 * - Each is called once at the most, and none of it after a stop: {@link singleFlight} sees to it for all components.
 */
export interface Component {
  /** Unique within the service, in kebab-case: it appears in log lines, metrics and the drain report. */
  readonly name: string;
  /**
   * How long its stop may take at the most, in milliseconds; see {@link stopByMs}. Undefined: what is left of the time when
   * the others have had theirs.
   */
  readonly stopWithinMs?: number;
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
