import { InMemoryRepository } from '../../../../src/adapters/memory/in-memory-repository';
import { resolveDoubt } from '../../../../src/application/intake/doubtful-commit';
import { OutcomeUnknown, StoreUnavailable } from '../../../../src/domain/intake/errors';
import type { Job } from '../../../../src/domain/jobs/job';
import { NEVER, submission } from '../../../contract/jobs';

/** A store that fails its first look-ups, each after `failsAfterMs`. */
class TroubledStore extends InMemoryRepository<Job> {
  lookUps = 0;
  readonly #failures: number;
  readonly #failsAfterMs: number;

  constructor(failures: number, failsAfterMs: number) {
    super();
    this.#failures = failures;
    this.#failsAfterMs = failsAfterMs;
  }

  override async findAll(...asked: Parameters<InMemoryRepository<Job>['findAll']>) {
    this.lookUps += 1;
    if (this.lookUps > this.#failures) return super.findAll(...asked);
    await new Promise((resolve) => setTimeout(resolve, this.#failsAfterMs));
    throw new StoreUnavailable('not now');
  }
}

describe('a batch whose answer was lost', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('is looked up, and what is missing of it is stored, as soon as the store answers again', async () => {
    const store = new TroubledStore(2, 0);
    const [there, missing] = [submission('there'), submission('missing')];
    await store.storeBatch([there], NEVER);
    const resolved = resolveDoubt(store, [there, missing], NEVER);
    await jest.advanceTimersByTimeAsync(1_000);
    expect(await resolved).toEqual(
      [there, missing].map(({ resource: job }) => ({ resource: job, replayed: false })),
    );
    expect(store.lookUps).toBe(3);
    expect(await store.findAll([there.resource.id, missing.resource.id], NEVER)).toEqual([
      there.resource,
      missing.resource,
    ]);
  });

  it('is given up after four attempts that are refused at once', async () => {
    const store = new TroubledStore(Number.POSITIVE_INFINITY, 0);
    const resolved = expect(resolveDoubt(store, [submission()], NEVER)).rejects.toThrow(OutcomeUnknown);
    await jest.advanceTimersByTimeAsync(2_000);
    await resolved;
    expect(store.lookUps).toBe(4);
  });

  it('is given up after one attempt that met silence: its client has waited long enough', async () => {
    const store = new TroubledStore(Number.POSITIVE_INFINITY, 11_000);
    const resolved = expect(resolveDoubt(store, [submission()], NEVER)).rejects.toThrow(OutcomeUnknown);
    await jest.advanceTimersByTimeAsync(12_000);
    await resolved;
    expect(store.lookUps).toBe(1);
  });
});
