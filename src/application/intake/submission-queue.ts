import type { DomainError } from '../../domain/domain-error';
import { StoreOverloaded, StoreUnavailable, SubmissionCancelled } from '../../domain/intake/errors';

export interface SubmissionQueueSettings {
  /** The most submissions that may wait; one more is refused with {@link StoreOverloaded}. */
  readonly queueMax: number;
  /**
   * How long one may wait to be sent, in milliseconds. It is refused then: likewise, or with {@link StoreUnavailable}
   * where the store has taken nothing in all that time, which is no overload.
   */
  readonly waitMaxMs: number;
}

/** A submission whose sender waits for what becomes of it. */
export interface Waiting<Submitted, Result> {
  readonly submission: Submitted;
  /** In milliseconds of `performance.now()`. */
  readonly since: number;
  readonly signal: AbortSignal;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/** Submissions that wait for a statement, in the order in which they came: bounded in number, and in the time they wait. */
export class SubmissionQueue<Submitted, Result> {
  readonly #settings: SubmissionQueueSettings;
  readonly #watched = new WeakSet<AbortSignal>();
  #waiting: Waiting<Submitted, Result>[] = [];
  #age: NodeJS.Timeout | undefined;
  /** In milliseconds of `performance.now()`. */
  #lastProgressAt = Number.NEGATIVE_INFINITY;

  constructor(settings: SubmissionQueueSettings) {
    this.#settings = settings;
  }

  get length(): number {
    return this.#waiting.length;
  }

  get isFull(): boolean {
    return this.length >= this.#settings.queueMax;
  }

  /**
   * Settles as whoever takes the submission settles it.
   * @throws {StoreOverloaded} there was no room, or it has waited for too long.
   * @throws {StoreUnavailable} it has waited for too long, and nothing was stored meanwhile.
   * @throws {SubmissionCancelled} `signal` aborted before it was taken.
   */
  join(submission: Submitted, signal: AbortSignal): Promise<Result> {
    if (this.isFull) return Promise.reject(new StoreOverloaded(`${this.length} submissions wait already`));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ submission, since: performance.now(), signal, resolve, reject });
      this.#watch(signal);
      this.#watchAge();
    });
  }

  /** The oldest, at most so many. They are the caller's to settle. */
  take(most: number): readonly Waiting<Submitted, Result>[] {
    return this.#waiting.splice(0, most);
  }

  /** To be called when the store has taken something. */
  progressed(): void {
    this.#lastProgressAt = performance.now();
  }

  /** Gives up all that wait, and says how many they were. */
  cancelAll(): number {
    const { length } = this;
    this.#cancel(() => true);
    return length;
  }

  /** One listener a signal, not one a submission: in the service all requests share the drain's signal. */
  #watch(signal: AbortSignal): void {
    if (this.#watched.has(signal)) return;
    this.#watched.add(signal);
    signal.addEventListener('abort', () => this.#cancel((waiting) => waiting.signal === signal), {
      once: true,
    });
  }

  /** One timer, for the oldest: a store that stands still answers nobody, and nobody is to wait for it for ever. */
  #watchAge(): void {
    const [oldest] = this.#waiting;
    if (this.#age || !oldest) return;
    const { waitMaxMs } = this.#settings;
    const dueInMs = oldest.since + waitMaxMs - performance.now();
    this.#age = setTimeout(() => {
      this.#age = undefined;
      const latest = performance.now() - waitMaxMs;
      const standsStill = oldest.since > this.#lastProgressAt;
      const TooLong = standsStill ? StoreUnavailable : StoreOverloaded;
      this.#reject(({ since }) => since <= latest, new TooLong(`waited ${waitMaxMs} ms for a statement`));
      this.#watchAge();
    }, dueInMs).unref();
  }

  #cancel(which: (waiting: Waiting<Submitted, Result>) => boolean): void {
    this.#reject(which, new SubmissionCancelled('cancelled before it was sent to the store'));
  }

  #reject(which: (waiting: Waiting<Submitted, Result>) => boolean, error: DomainError): void {
    const givenUp = this.#waiting.filter(which);
    this.#waiting = this.#waiting.filter((waiting) => !which(waiting));
    for (const { reject } of givenUp) reject(error);
  }
}
