import type { Deadline } from './deadline';
import type { Clock } from './ports/clock';
import type { Component } from './ports/component';
import type { IdempotencyKeys } from './ports/idempotency-keys';
import type { Log } from './ports/log';

export interface IdempotencyExpirySettings {
  /** How long a key is kept at the least. */
  readonly ttlMs: number;
  /** The most keys that one statement forgets: a small one holds its locks for milliseconds. */
  readonly batchSize: number;
  /** From the end of one round to the begin of the next. */
  readonly intervalMs: number;
}

/** Forgets old idempotency keys now and then, in small batches. Every replica does; none waits for another. */
export class IdempotencyExpiry implements Component {
  readonly name = 'idempotency-expiry';
  readonly #keys: IdempotencyKeys;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #settings: IdempotencyExpirySettings;
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> = Promise.resolve();
  #stopped = false;
  #starting: Promise<void> | undefined;
  #stopping: Promise<void> | undefined;

  constructor(keys: IdempotencyKeys, clock: Clock, log: Log, settings: IdempotencyExpirySettings) {
    this.#keys = keys;
    this.#clock = clock;
    this.#log = log;
    this.#settings = settings;
  }

  start(): Promise<void> {
    this.#starting ??= this.#begin();
    return this.#starting;
  }

  /** Lets the batch under way finish, and begins no other. */
  stop(_deadline: Deadline): Promise<void> {
    this.#stopping ??= this.#end();
    return this.#stopping;
  }

  async #begin(): Promise<void> {
    this.#schedule();
  }

  async #end(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#round;
  }

  #schedule(): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => {
      this.#round = this.#forgetOld().finally(() => this.#schedule());
    }, this.#settings.intervalMs);
  }

  /** Never rejects: keys that stay a round longer harm nobody. */
  async #forgetOld(): Promise<void> {
    const { ttlMs, batchSize } = this.#settings;
    const cutoff = new Date(this.#clock.now().getTime() - ttlMs);
    let total = 0;
    try {
      for (let forgotten = batchSize; forgotten === batchSize && !this.#stopped; total += forgotten) {
        forgotten = await this.#keys.forget(cutoff, batchSize);
      }
      if (total > 0) this.#log.info('idempotency keys forgotten', { keys: total });
    } catch (error) {
      this.#log.warn('idempotency keys could not be forgotten, trying again later', { err: error });
    }
  }
}
