import type { IdempotencyKeys } from '../../application/intake/idempotency-keys';
import {
  type Repository,
  type Resource,
  type Stored,
  type Submission,
  storedAmong,
} from '../../application/intake/repository';
import type { Clock } from '../../application/ports/clock';
import type { DomainError } from '../../domain/domain-error';
import { IdempotencyKeyReused, SubmissionCancelled } from '../../domain/intake/errors';
import type { IdempotencyClaim } from '../../domain/intake/idempotency-key';

interface Claimed {
  readonly id: string;
  readonly fingerprint: string;
  readonly usedAt: Date;
}

/** The keys of all resources that are kept in memory; gone with the process. */
export class InMemoryIdempotencyKeys implements IdempotencyKeys {
  readonly #clock: Clock;
  /** In the order of their first use, as a Map keeps it. */
  readonly #claims = new Map<string, Claimed>();

  /** @param clock by which keys age */
  constructor(clock: Clock = { now: () => new Date() }) {
    this.#clock = clock;
  }

  /** What the key was used for before; undefined, and it is used for `id` from now on, where it was free. */
  claim(claim: IdempotencyClaim, id: string): Claimed | undefined {
    const name = JSON.stringify([claim.scope, claim.key]);
    const earlier = this.#claims.get(name);
    if (!earlier) this.#claims.set(name, { id, fingerprint: claim.fingerprint, usedAt: this.#clock.now() });
    return earlier;
  }

  async forget(ageMs: number, limit: number, signal: AbortSignal): Promise<number> {
    if (signal.aborted) throw new SubmissionCancelled('cancelled before anything was forgotten');
    const cutoff = this.#clock.now().getTime() - ageMs;
    const old = [...this.#claims].filter(([, { usedAt }]) => usedAt.getTime() < cutoff).slice(0, limit);
    for (const [name] of old) this.#claims.delete(name);
    return old.length;
  }
}

/** Resources of one kind in memory, gone with the process. Keeps and hands out copies, so that nobody changes a row by reference. */
export class InMemoryRepository<R extends Resource> implements Repository<R> {
  readonly #resources = new Map<R['id'], R>();
  readonly #keys: InMemoryIdempotencyKeys;

  constructor(keys = new InMemoryIdempotencyKeys()) {
    this.#keys = keys;
  }

  async storeBatch(
    submissions: readonly Submission<R>[],
    signal: AbortSignal,
  ): Promise<readonly (Stored<R> | DomainError)[]> {
    if (signal.aborted) throw new SubmissionCancelled('cancelled before it was stored');
    return submissions.map((submission) => this.#storeOne(submission));
  }

  findStored(
    submissions: readonly Submission<R>[],
    signal: AbortSignal,
  ): Promise<readonly (Stored<R> | undefined)[]> {
    return storedAmong(this, submissions, signal);
  }

  async findAll(ids: readonly R['id'][], signal: AbortSignal): Promise<readonly R[]> {
    if (signal.aborted) throw new SubmissionCancelled('cancelled before it was looked for');
    return ids.flatMap((id) => this.#resources.get(id) ?? []).map(copy);
  }

  #storeOne({ resource, claim }: Submission<R>): Stored<R> | DomainError {
    const known = claim && this.#keys.claim(claim, resource.id);
    if (known && known.fingerprint !== claim.fingerprint) {
      return new IdempotencyKeyReused('the idempotency key belongs to another request');
    }
    const earlier = known && this.#resources.get(known.id);
    if (earlier) return { resource: copy(earlier), replayed: earlier.id !== resource.id };
    if (!this.#resources.has(resource.id)) this.#resources.set(resource.id, copy(resource));
    return { resource: copy(resource), replayed: false };
  }
}

function copy<R extends Resource>(resource: R): R {
  return structuredClone(resource);
}
