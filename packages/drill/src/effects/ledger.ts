import type { IdOrigin, Ids } from '../requests/ids';

export interface Found {
  /** The id of every effect of this trial's, doubles included. */
  readonly own: readonly string[];
  /** Effects that appeared during this trial and belong to none of its requests. */
  readonly strangers: readonly string[];
}

export interface LedgerOptions {
  readonly reads: 'all' | 'new';
  /** Whether others write where this lane reads. */
  readonly isShared: boolean;
}

/**
 * Tells the effects of this trial from all that was there before. It remembers a number for each earlier trial, and not
 * each effect: ten thousand trials have millions. So an effect that comes after its trial was accounted for is still seen,
 * but not named.
 */
export class Ledger {
  readonly #ids: Ids;
  readonly #lane: number;
  readonly #options: LedgerOptions;
  /** What was there before and is none of this run's, with its number. */
  #others = new Map<string, number>();
  /** How many effects each earlier trial had. */
  #earlier = new Map<number, number>();

  constructor(ids: Ids, lane: number, options: LedgerOptions) {
    this.#ids = ids;
    this.#lane = lane;
    this.#options = options;
  }

  /** What is there before the first trial. */
  begin(effects: Iterable<string>): void {
    for (const effect of effects) increment(this.#others, effect.trim());
  }

  /** What is there after a trial. */
  take(effects: Iterable<string>, trial: number): Found {
    const own: string[] = [];
    const strangers: string[] = [];
    const others = new Map<string, number>();
    const earlier = new Map<number, number>();
    for (const effect of effects) {
      const found = this.#ids.find(effect);
      if (found === null) increment(others, effect.trim());
      else if (!this.#isMine(found.origin)) continue;
      else if (found.origin.trial === trial) own.push(found.id);
      else increment(earlier, found.origin.trial);
    }
    // Of two lanes that read the same, one looks after what belongs to nobody.
    if (!this.#options.isShared || this.#lane === 0) strangers.push(...more(others, this.#others));
    for (const [number, count] of earlier)
      for (let known = this.#earlier.get(number) ?? 0; known < count; known += 1)
        strangers.push(`an effect of trial ${number}, after it was accounted for`);
    this.#remember(others, earlier, trial, own.length);
    return { own, strangers };
  }

  /** Everything was taken away. */
  reset(): void {
    this.#others = new Map();
    this.#earlier = new Map();
  }

  #isMine(origin: IdOrigin): boolean {
    return !this.#options.isShared || origin.lane === this.#lane;
  }

  #remember(others: Map<string, number>, earlier: Map<number, number>, trial: number, own: number): void {
    if (this.#options.reads === 'new') return;
    this.#others = others;
    this.#earlier = earlier.set(trial, own);
  }
}

function increment<Key>(counts: Map<Key, number>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function* more(now: ReadonlyMap<string, number>, before: ReadonlyMap<string, number>): Generator<string> {
  for (const [effect, count] of now)
    for (let known = before.get(effect) ?? 0; known < count; known += 1) yield effect;
}
