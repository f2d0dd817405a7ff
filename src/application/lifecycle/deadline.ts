/**
 * A point in monotonic time that work has to be done by.
 *
 * Made of `performance.now()`, not of the wall clock, so that a clock step neither cuts a drain short nor
 * stretches it.
 */
export class Deadline {
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout;

  private constructor(
    /** When, in milliseconds of `performance.now()`. */
    readonly at: number,
  ) {
    this.#timer = setTimeout(() => this.#controller.abort(new Error('deadline passed')), this.remainingMs());
  }

  static in(ms: number): Deadline {
    return new Deadline(performance.now() + ms);
  }

  static at(monotonicMs: number): Deadline {
    return new Deadline(monotonicMs);
  }

  /** Aborts when the deadline passes. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Milliseconds left, never below 0. */
  remainingMs(): number {
    return Math.max(0, this.at - performance.now());
  }

  /** Frees the timer; the signal then never aborts. */
  clear(): void {
    clearTimeout(this.#timer);
  }
}
