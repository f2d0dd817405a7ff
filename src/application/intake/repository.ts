import type { DomainError } from '../../domain/domain-error';
import type { IdempotencyClaim } from '../../domain/intake/idempotency-key';

/** Something that is taken in and kept. Its id is unique among all of its kind, and made by us. */
export interface Resource {
  readonly id: string;
  readonly createdAt: Date;
}

/** A resource to be stored, and the key under which its sender may send it again. */
export interface Submission<R extends Resource> {
  readonly resource: R;
  readonly claim?: IdempotencyClaim | undefined;
}

/** A resource that is in the store. */
export interface Stored<R extends Resource> {
  readonly resource: R;
  /** True when an earlier submission with the same key had stored it: `resource` is the earlier one, its id included. */
  readonly replayed: boolean;
}

/**
 * A store that takes many submissions in one transaction.
 *
 * Storing what is there already, by its id, is a repetition and leaves the row as it is, so a submission may be sent again
 * after a failure. Of any number of concurrent submissions with the same scope and key exactly one is stored; the others
 * have that one for their outcome when the fingerprint is the same, and {@link IdempotencyKeyReused} otherwise. The key is
 * stored with the row or not at all.
 */
export interface BatchStore<Submitted, Result> {
  /**
   * Resolves after the commit, never before, with one outcome for each submission, in their order. When it rejects, nothing
   * of the batch was stored:
   *
   * @throws {SubmissionCancelled} `signal` aborted first; when the commit had won the race, it resolves all the same.
   * @throws {StoreUnavailable} there was no connection to be had, or the store gave up in time.
   * @throws {DataRefused} the store will not take one of the rows; which one is not known.
   * @throws {CommitInDoubt} the exception: the connection was lost after the statement went out.
   */
  storeBatch(
    submissions: readonly Submitted[],
    signal: AbortSignal,
  ): Promise<readonly (Result | DomainError)[]>;
  /**
   * What was stored of each of them, by its id, in their order; undefined where nothing was.
   * @throws as {@link BatchSource.findAll} does.
   */
  findStored(
    submissions: readonly Submitted[],
    signal: AbortSignal,
  ): Promise<readonly (Result | undefined)[]>;
}

/** A store that many can be read from at once. */
export interface BatchSource<R extends Resource> {
  /**
   * Those of `ids` that are in the store, in any order.
   * @throws {StoreUnavailable} {@link SubmissionCancelled} when `signal` has aborted.
   */
  findAll(ids: readonly R['id'][], signal: AbortSignal): Promise<readonly R[]>;
}

/** Where the resources of one kind are kept. */
export interface Repository<R extends Resource>
  extends BatchStore<Submission<R>, Stored<R>>,
    BatchSource<R> {}

/** {@link BatchStore.findStored} for a store that many can be read from at once. */
export async function storedAmong<R extends Resource>(
  source: BatchSource<R>,
  submissions: readonly Submission<R>[],
  signal: AbortSignal,
): Promise<readonly (Stored<R> | undefined)[]> {
  const ids = submissions.map(({ resource }) => resource.id);
  const found = new Map((await source.findAll(ids, signal)).map((resource) => [resource.id, resource]));
  return ids.map((id) => {
    const resource = found.get(id);
    return resource && { resource, replayed: false };
  });
}
