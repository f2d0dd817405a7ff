import { CommitInDoubt, DataRefused, DomainError, SubmissionCancelled } from '../../domain/errors';
import type { Job, JobId } from '../../domain/jobs/job';
import type { JobRepository, StoredJob, Submission } from '../jobs/job-repository';
import type { Component, StopDetails } from '../lifecycle/component';
import type { Deadline } from '../lifecycle/deadline';
import { whileAnyWants } from './abortable';
import { GroupRead } from './batch-reader';
import type { BatchJobRepository, BatchOutcome } from './batch-store';
import { resolveDoubt } from './doubtful-commit';
import { SubmissionQueue, type SubmissionQueueSettings, type Waiting } from './submission-queue';

export interface GroupCommitSettings extends SubmissionQueueSettings {
  /** The most submissions in one statement. */
  readonly batchMax: number;
  /** The most statements under way at once. */
  readonly concurrency: number;
}

/** One statement's end: how many submissions it carried, and how long it took. Must not throw. */
export type GroupCommitObserver = (flush: { readonly size: number; readonly tookMs: number }) => void;

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
  readonly #queue: SubmissionQueue;
  #underWay = 0;
  #turn: NodeJS.Immediate | undefined;
  #onIdle: (() => void) | undefined;
  #stopping: Promise<StopDetails> | undefined;

  constructor(
    store: BatchJobRepository,
    settings: GroupCommitSettings,
    observe: GroupCommitObserver = () => {},
  ) {
    this.#store = store;
    this.#reads = new GroupRead(store, settings.queueMax);
    this.#queue = new SubmissionQueue(settings);
    this.#settings = settings;
    this.#observe = observe;
  }

  store(submission: Submission, signal: AbortSignal): Promise<StoredJob> {
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
  async #commit(batch: readonly Waiting[]): Promise<void> {
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
