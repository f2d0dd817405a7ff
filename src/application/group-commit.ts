import {
  CommitInDoubt,
  DataRefused,
  DomainError,
  StoreOverloaded,
  SubmissionCancelled,
} from '../domain/errors';
import type { Job, JobId } from '../domain/job';
import { whenAllAborted } from './abortable';
import type { Deadline } from './deadline';
import { resolveDoubt } from './doubtful-commit';
import { GroupRead } from './group-read';
import type { BatchJobRepository, BatchOutcome } from './ports/batch-job-repository';
import type { Component, StopDetails } from './ports/component';
import type { JobRepository, StoredJob, Submission } from './ports/job-repository';

export interface GroupCommitSettings {
  /** The most submissions in one statement. */
  readonly batchMax: number;
  /** The most statements under way at once. */
  readonly concurrency: number;
  /** The most submissions that may wait; one more is refused with {@link StoreOverloaded}. */
  readonly queueMax: number;
  /** How long one may wait to be sent before it is refused likewise. */
  readonly waitMaxMs: number;
}

/** One statement's end: how many submissions it carried, and how long it took. */
export type GroupCommitObserver = (flush: { readonly size: number; readonly tookMs: number }) => void;

interface Waiting {
  readonly submission: Submission;
  /** In milliseconds of `performance.now()`. */
  readonly since: number;
  readonly signal: AbortSignal;
  readonly resolve: (stored: StoredJob) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Stores concurrent submissions together: a {@link JobRepository} in front of one that can store batches.
 *
 * Where a statement is free, submissions are sent at the end of the event loop's turn in which they came, so that a lone
 * one never waits, and those that came with it go together; while all are under way, the ones that come gather for the
 * next. Each is resolved after the commit that holds its row. What is read goes by {@link GroupRead}.
 */
export class GroupCommit implements JobRepository, Component {
  readonly name = 'group-commit';
  readonly #store: BatchJobRepository;
  readonly #reads: GroupRead;
  readonly #settings: GroupCommitSettings;
  readonly #observe: GroupCommitObserver;
  readonly #watched = new WeakSet<AbortSignal>();
  #queue: Waiting[] = [];
  #underWay = 0;
  #turn: NodeJS.Immediate | undefined;
  #age: NodeJS.Timeout | undefined;
  #onIdle: (() => void) | undefined;
  #stopping: Promise<StopDetails> | undefined;

  constructor(
    store: BatchJobRepository,
    settings: GroupCommitSettings,
    observe: GroupCommitObserver = () => {},
  ) {
    this.#store = store;
    this.#reads = new GroupRead(store, settings.queueMax);
    this.#settings = settings;
    this.#observe = observe;
  }

  store(submission: Submission, signal: AbortSignal): Promise<StoredJob> {
    if (signal.aborted) return Promise.reject(new SubmissionCancelled('cancelled before it was queued'));
    // What came in this turn of the loop may have a free statement yet.
    if (this.#queue.length >= this.#settings.queueMax) this.#dispatch();
    if (this.#queue.length >= this.#settings.queueMax) {
      return Promise.reject(new StoreOverloaded(`${this.#queue.length} submissions wait already`));
    }
    return new Promise((resolve, reject) => {
      this.#queue.push({ submission, since: performance.now(), signal, resolve, reject });
      this.#watch(signal);
      this.#watchAge();
      this.#turn ??= setImmediate(() => {
        this.#turn = undefined;
        this.#dispatch();
      });
    });
  }

  find(id: JobId, signal: AbortSignal): Promise<Job | undefined> {
    return this.#reads.find(id, signal);
  }

  /** Submissions that wait and statements under way, for metrics. */
  counts(): { waiting: number; underWay: number } {
    return { waiting: this.#queue.length, underWay: this.#underWay };
  }

  /** Waits until all is stored. What still waits at the deadline is given up and counted as forced. */
  stop(deadline: Deadline): Promise<StopDetails> {
    this.#stopping ??= this.#stop(deadline);
    return this.#stopping;
  }

  async #stop(deadline: Deadline): Promise<StopDetails> {
    let forced = 0;
    const giveUp = () => {
      forced = this.#queue.length;
      this.#cancelWaiting(() => true);
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
      const batch = this.#queue.splice(0, this.#settings.batchMax);
      this.#underWay += 1;
      void this.#commit(batch).finally(() => {
        this.#underWay -= 1;
        this.#dispatch();
      });
    }
    if (this.#underWay === 0) this.#onIdle?.();
  }

  /** Stores a batch and settles each of its submissions. Never rejects. */
  async #commit(batch: readonly Waiting[]): Promise<void> {
    const signal = whenAllAborted(new Set(batch.map((waiting) => waiting.signal)));
    const submissions = batch.map(({ submission }) => submission);
    try {
      settle(batch, await this.#storeBatch(submissions, signal));
    } catch (error) {
      if (error instanceof DataRefused && batch.length > 1) await this.#commitHalves(batch);
      else rejectAll(batch, error);
    }
  }

  async #storeBatch(
    submissions: readonly Submission[],
    signal: AbortSignal,
  ): Promise<readonly BatchOutcome[]> {
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
  async #commitHalves(batch: readonly Waiting[]): Promise<void> {
    const middle = batch.length >> 1;
    await this.#commit(batch.slice(0, middle));
    await this.#commit(batch.slice(middle));
  }

  /** One listener a signal, not one a submission: in the service all requests share the drain's signal. */
  #watch(signal: AbortSignal): void {
    if (this.#watched.has(signal)) return;
    this.#watched.add(signal);
    const giveUp = () => this.#cancelWaiting((waiting) => waiting.signal === signal);
    signal.addEventListener('abort', giveUp, { once: true });
  }

  /** One timer, for the oldest: a store that stands still answers nobody, and nobody is to wait for it for ever. */
  #watchAge(): void {
    const [oldest] = this.#queue;
    if (this.#age || !oldest) return;
    const { waitMaxMs } = this.#settings;
    const dueInMs = oldest.since + waitMaxMs - performance.now();
    this.#age = setTimeout(() => {
      this.#age = undefined;
      const latest = performance.now() - waitMaxMs;
      this.#rejectWaiting(
        ({ since }) => since <= latest,
        new StoreOverloaded(`waited ${waitMaxMs} ms for a statement`),
      );
      this.#watchAge();
    }, dueInMs).unref();
  }

  #cancelWaiting(which: (waiting: Waiting) => boolean): void {
    this.#rejectWaiting(which, new SubmissionCancelled('cancelled before it was sent to the store'));
  }

  #rejectWaiting(which: (waiting: Waiting) => boolean, error: DomainError): void {
    const givenUp = this.#queue.filter(which);
    this.#queue = this.#queue.filter((waiting) => !which(waiting));
    rejectAll(givenUp, error);
  }
}

function settle(batch: readonly Waiting[], outcomes: readonly BatchOutcome[]): void {
  batch.forEach((waiting, index) => {
    const outcome = outcomes[index];
    if (outcome === undefined) waiting.reject(new Error('the store returned too few outcomes'));
    else if (outcome instanceof DomainError) waiting.reject(outcome);
    else waiting.resolve(outcome);
  });
}

function rejectAll(batch: readonly Waiting[], error: unknown): void {
  for (const waiting of batch) waiting.reject(error);
}
