import { abortable } from '../abortable';
import type { Component } from '../lifecycle/component';
import type { Deadline } from '../lifecycle/deadline';
import type { Log } from '../ports/log';
import type { IdempotencyKeys } from './idempotency-keys';

export interface IdempotencyExpirySettings {
  /** How long a key is kept at the least. */
  readonly ttlMs: number;
  /** The most keys that one statement forgets: a small one holds its locks for milliseconds. */
  readonly batchSize: number;
  /** From the end of one round to the begin of the next. */
  readonly intervalMs: number;
}

/** Soon after the start, and not with it: a service that is restarted often would otherwise never come to it. */
const FIRST_ROUND_AFTER_MS = 5_000;

/** Forgets old idempotency keys now and then, in small batches. Every replica does; none waits for another. */
export class IdempotencyExpiry implements Component {
  readonly name = 'idempotency-expiry';
  readonly #keys: IdempotencyKeys;
  readonly #log: Log;
  readonly #settings: IdempotencyExpirySettings;
  readonly #end = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> = Promise.resolve();

  constructor(keys: IdempotencyKeys, log: Log, settings: IdempotencyExpirySettings) {
    this.#keys = keys;
    this.#log = log;
    this.#settings = settings;
  }

  async start(): Promise<void> {
    this.#schedule(FIRST_ROUND_AFTER_MS);
  }

  /** Gives the batch under way up, and begins no other: what is not forgotten now will be by someone else, later. */
  async stop(deadline: Deadline): Promise<void> {
    this.#end.abort();
    clearTimeout(this.#timer);
    await abortable(this.#round, deadline.signal).catch(() => {});
  }

  #schedule(afterMs: number): void {
    if (this.#end.signal.aborted) return;
    this.#timer = setTimeout(() => {
      this.#round = this.#forgetOld().finally(() => this.#schedule(this.#settings.intervalMs));
    }, afterMs);
  }

  /** Never rejects: keys that stay a round longer harm nobody. */
  async #forgetOld(): Promise<void> {
    const { ttlMs, batchSize } = this.#settings;
    const { signal } = this.#end;
    let total = 0;
    try {
      for (let forgotten = batchSize; forgotten === batchSize; total += forgotten) {
        forgotten = await this.#keys.forget(ttlMs, batchSize, signal);
      }
      if (total > 0) this.#log.info('idempotency keys forgotten', { keys: total });
    } catch (error) {
      if (signal.aborted) return;
      this.#log.warn('idempotency keys could not be forgotten, trying again later', { err: error });
    }
  }
}
