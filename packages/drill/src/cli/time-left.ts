/**
 * How long a run will still take. A trial of one mode may take many times as long as one of another, so the mode at hand
 * is judged by its own trials, and those to come by the mean of all modes so far.
 */
export class TimeLeft {
  readonly #modes: number;
  readonly #trials: number;
  readonly #now: () => number;
  /** ms a trial, of each mode that has ended. */
  readonly #measured: number[] = [];
  #began: number;
  #lastAt: number;
  #done = 0;

  constructor(modes: number, trials: number, now = () => performance.now()) {
    this.#modes = modes;
    this.#trials = trials;
    this.#now = now;
    this.#began = now();
    this.#lastAt = this.#began;
  }

  /** So many trials of the mode at hand have ended. */
  trialDone(done: number): void {
    this.#done = done;
    this.#lastAt = this.#now();
    if (done < this.#trials) return;
    this.#measured.push((this.#lastAt - this.#began) / done);
    this.#began = this.#lastAt;
    this.#done = 0;
  }

  /** In ms; null as long as no trial has ended. */
  ms(): number | null {
    const own = this.#done === 0 ? [] : [(this.#lastAt - this.#began) / this.#done];
    const known = [...this.#measured, ...own];
    if (known.length === 0) return null;
    const mean = known.reduce((sum, ms) => sum + ms, 0) / known.length;
    const toCome = this.#modes - this.#measured.length - 1;
    return toCome < 0 ? 0 : this.#ofThisMode(own[0] ?? mean) + toCome * this.#trials * mean;
  }

  /** Runs down between trials, but no further than to the end of the trial at hand. */
  #ofThisMode(perTrial: number): number {
    const left = this.#trials - this.#done;
    const sinceLast = this.#now() - this.#lastAt;
    return perTrial * (left - 1) + Math.max(0, perTrial - sinceLast);
  }
}

/** `45 s`, `3 min 20 s`. */
export function inMinutes(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
