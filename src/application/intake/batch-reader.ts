import { StoreOverloaded, SubmissionCancelled } from '../../domain/intake/errors';
import { whileAnyWants } from '../abortable';
import type { BatchSource, Resource } from './repository';

/**
 * Reads resources together: one statement at a time, for all that are asked for while another one is under way. However many
 * read, they take one connection, and leave the others to the commits.
 */
export class BatchReader<R extends Resource> {
  readonly #source: BatchSource<R>;
  readonly #queueMax: number;
  readonly #ids = new Set<R['id']>();
  readonly #signals = new Set<AbortSignal>();
  #last: Promise<unknown> = Promise.resolve();
  #next: Promise<ReadonlyMap<R['id'], R>> | undefined;

  /** @param queueMax the most ids that may wait; one more is refused with {@link StoreOverloaded} */
  constructor(source: BatchSource<R>, queueMax: number) {
    this.#source = source;
    this.#queueMax = queueMax;
  }

  /**
   * The resource, or undefined when there is none with this id.
   * @throws {StoreOverloaded} and all that {@link BatchSource.findAll} throws.
   */
  async find(id: R['id'], signal: AbortSignal): Promise<R | undefined> {
    if (signal.aborted) throw new SubmissionCancelled('cancelled before it was looked for');
    if (this.#ids.size >= this.#queueMax)
      throw new StoreOverloaded(`${this.#ids.size} look-ups wait already`);
    this.#ids.add(id);
    this.#signals.add(signal);
    this.#next ??= this.#last.then(() => this.#readAll());
    return (await this.#next).get(id);
  }

  async #readAll(): Promise<ReadonlyMap<R['id'], R>> {
    const ids = [...this.#ids];
    // Also where the store throws at once: the next ones must not wait for this one for ever.
    const reading = whileAnyWants(new Set(this.#signals), (signal) => this.#source.findAll(ids, signal));
    this.#last = reading.catch(() => {});
    this.#next = undefined;
    this.#ids.clear();
    this.#signals.clear();
    return new Map((await reading).map((resource) => [resource.id, resource]));
  }
}
