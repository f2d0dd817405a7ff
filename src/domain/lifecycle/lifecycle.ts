import { IllegalTransition } from './errors';

/** Where the service is in its life. */
export type Phase = 'starting' | 'ready' | 'draining' | 'stopped';

const LEGAL_MOVES: Readonly<Record<Phase, readonly Phase[]>> = {
  starting: ['ready', 'draining'],
  ready: ['draining'],
  draining: ['stopped'],
  stopped: [],
};

/** The service's one lifecycle. It only ever goes forward. */
export class Lifecycle {
  #phase: Phase = 'starting';
  readonly #observers: ((phase: Phase) => void)[] = [];

  get phase(): Phase {
    return this.#phase;
  }

  /** True from the instant a shutdown has begun, for ever. */
  get shuttingDown(): boolean {
    return this.#phase === 'draining' || this.#phase === 'stopped';
  }

  /**
   * Moves on, and tells the observers before it returns.
   * @throws {IllegalTransition} when the move is not one of the legal ones.
   */
  moveTo(phase: Phase): void {
    if (!LEGAL_MOVES[this.#phase].includes(phase)) {
      throw new IllegalTransition(`the lifecycle cannot go from ${this.#phase} to ${phase}`);
    }
    this.#phase = phase;
    for (const observer of this.#observers) observer(phase);
  }

  /** Calls `observer` synchronously at every later move. */
  onMove(observer: (phase: Phase) => void): void {
    this.#observers.push(observer);
  }
}
