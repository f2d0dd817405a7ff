import { DomainError } from '../../domain/domain-error';
import { CommitInDoubt, DataRefused, SubmissionCancelled } from '../../domain/intake/errors';
import { whileAnyWants } from '../abortable';
import type { Component, StopDetails } from '../lifecycle/component';
import type { Deadline } from '../lifecycle/deadline';
import { resolveDoubt } from './doubtful-commit';
import type { BatchStore } from './repository';
import { SubmissionQueue, type SubmissionQueueSettings, type Waiting } from './submission-queue';

export interface BatchWriterSettings extends SubmissionQueueSettings {
  /** The most submissions in one statement. */
  readonly batchMax: number;
  /** The most statements under way at once. */
  readonly concurrency: number;
}

/** One statement's end: how many submissions it carried, and how long it took. Must not throw. */
export type BatchObserver = (batch: { readonly size: number; readonly tookMs: number }) => void;

/**
 * Group commit: stores concurrent submissions together, of whatever kind they are.
 *
 * Where a statement is free, submissions are sent at the end of the event loop's turn in which they came, so that a lone
 * one never waits, and those that came with it go together; while all are under way, the ones that come gather for the
 * next. Each is resolved after the commit that holds its row.
 */
export class BatchWriter<Submitted, Result> implements Component {
  readonly #store: BatchStore<Submitted, Result>;
  readonly #settings: BatchWriterSettings;
  readonly #observe: BatchObserver;
  readonly #queue: SubmissionQueue<Submitted, Result>;
  #underWay = 0;
  #turn: NodeJS.Immediate | undefined;
  #onIdle: (() => void) | undefined;

  constructor(
    readonly name: string,
    store: BatchStore<Submitted, Result>,
    settings: BatchWriterSettings,
    observe: BatchObserver = () => {},
  ) {
    this.#store = store;
    this.#queue = new SubmissionQueue(settings);
    this.#settings = settings;
    this.#observe = observe;
  }

  /**
   * Resolves after the commit, never before.
   *
   * @throws {IdempotencyKeyReused} the key belongs to another request; nothing was stored.
   * @throws {SubmissionCancelled} `signal` aborted, and the row is not, and will not be, in the store. When the commit had
   *   won the race, it resolves all the same.
   * @throws {StoreOverloaded} {@link StoreUnavailable} {@link DataRefused} nothing was stored.
   * @throws {OutcomeUnknown} the store did not answer. After this one alone the row may or may not exist.
   */
  write(submission: Submitted, signal: AbortSignal): Promise<Result> {
    if (signal.aborted) return Promise.reject(new SubmissionCancelled('cancelled before it was queued'));
    // What came in this turn of the loop may have a free statement yet.
    if (this.#queue.isFull) this.#dispatch();
    const stored = this.#queue.join(submission, signal);
    this.#turn ??= setImmediate(() => {
      this.#turn = undefined;
      this.#dispatch();
    });
    return stored;
  }

  /** Submissions that wait and statements under way, for metrics. */
  counts(): { waiting: number; underWay: number } {
    return { waiting: this.#queue.length, underWay: this.#underWay };
  }

  /** Waits until all is stored. What still waits at the deadline is given up and counted as forced. */
  async stop(deadline: Deadline): Promise<StopDetails> {
    let forced = 0;
    const giveUp = () => {
      forced = this.#queue.cancelAll();
      this.#onIdle?.();
    };
    if (this.#queue.length + this.#underWay > 0) {
      await new Promise<void>((resolve) => {
        this.#onIdle = resolve;
        if (deadline.signal.aborted) giveUp();
        else deadline.signal.addEventListener('abort', giveUp);
      });
    }
    deadline.signal.removeEventListener('abort', giveUp);
    return { forced };
  }

  #dispatch(): void {
    while (this.#underWay < this.#settings.concurrency && this.#queue.length > 0) {
      const batch = this.#queue.take(this.#settings.batchMax);
      this.#underWay += 1;
      void this.#commit(batch).finally(() => {
        this.#underWay -= 1;
        this.#dispatch();
      });
    }
    if (this.#underWay === 0) this.#onIdle?.();
  }

  /** Stores a batch and settles each of its submissions. Never rejects. */
  async #commit(batch: readonly Waiting<Submitted, Result>[]): Promise<void> {
    const signals = new Set(batch.map(({ signal }) => signal));
    const submissions = batch.map(({ submission }) => submission);
    try {
      settle(batch, await whileAnyWants(signals, (signal) => this.#storeBatch(submissions, signal)));
      this.#queue.progressed();
    } catch (error) {
      if (error instanceof DataRefused && batch.length > 1) await this.#commitHalves(batch);
      else rejectAll(batch, error);
    }
  }

  async #storeBatch(
    submissions: readonly Submitted[],
    signal: AbortSignal,
  ): Promise<readonly (Result | DomainError)[]> {
    const began = performance.now();
    try {
      return await this.#store.storeBatch(submissions, signal);
    } catch (error) {
      if (!(error instanceof CommitInDoubt)) throw error;
      return await resolveDoubt(this.#store, submissions, signal);
    } finally {
      this.#observe({ size: submissions.length, tookMs: performance.now() - began });
    }
  }

  /** A row that the store will not take fails the whole statement: halving finds it in the end, and only it fails. */
  async #commitHalves(batch: readonly Waiting<Submitted, Result>[]): Promise<void> {
    const middle = batch.length >> 1;
    await this.#commit(batch.slice(0, middle));
    await this.#commit(batch.slice(middle));
  }
}

function settle<Submitted, Result>(
  batch: readonly Waiting<Submitted, Result>[],
  outcomes: readonly (Result | DomainError)[],
): void {
  batch.forEach((waiting, index) => {
    const outcome = outcomes[index];
    if (outcome === undefined) waiting.reject(new Error('the store returned too few outcomes'));
    else if (outcome instanceof DomainError) waiting.reject(outcome);
    else waiting.resolve(outcome);
  });
}

function rejectAll(batch: readonly { reject(error: unknown): void }[], error: unknown): void {
  for (const waiting of batch) waiting.reject(error);
}
