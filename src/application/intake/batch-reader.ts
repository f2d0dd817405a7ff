import { StoreOverloaded, SubmissionCancelled } from '../../domain/errors';
import type { Job, JobId } from '../../domain/jobs/job';
import { whileAnyWants } from './abortable';
import type { BatchJobRepository } from './batch-store';

/**
 * Reads jobs together: one statement at a time, for all that are asked for while another one is under way. However many
 * read, they take one connection, and leave the others to the commits.
 */
export class GroupRead {
  readonly #store: Pick<BatchJobRepository, 'findAll'>;
  readonly #queueMax: number;
  readonly #ids = new Set<JobId>();
  readonly #signals = new Set<AbortSignal>();
  #last: Promise<unknown> = Promise.resolve();
  #next: Promise<ReadonlyMap<JobId, Job>> | undefined;

  /** @param queueMax the most ids that may wait; one more is refused with {@link StoreOverloaded} */
  constructor(store: Pick<BatchJobRepository, 'findAll'>, queueMax: number) {
    this.#store = store;
    this.#queueMax = queueMax;
  }

  async find(id: JobId, signal: AbortSignal): Promise<Job | undefined> {
    if (signal.aborted) throw new SubmissionCancelled('cancelled before it was looked for');
    if (this.#ids.size >= this.#queueMax)
      throw new StoreOverloaded(`${this.#ids.size} look-ups wait already`);
    this.#ids.add(id);
    this.#signals.add(signal);
    this.#next ??= this.#last.then(() => this.#readAll());
    return (await this.#next).get(id);
  }

  async #readAll(): Promise<ReadonlyMap<JobId, Job>> {
    const ids = [...this.#ids];
    // Also where the store throws at once: the next ones must not wait for this one for ever.
    const reading = whileAnyWants(new Set(this.#signals), (signal) => this.#store.findAll(ids, signal));
    this.#last = reading.catch(() => {});
    this.#next = undefined;
    this.#ids.clear();
    this.#signals.clear();
    return new Map((await reading).map((job) => [job.id, job]));
  }
}
