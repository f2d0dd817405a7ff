import { InMemoryJobRepository } from '../../../src/adapters/memory/in-memory-job-repository';
import { InMemoryLog } from '../../../src/adapters/memory/in-memory-log';
import { ManualClock } from '../../../src/adapters/memory/manual-clock';
import { SequentialJobIds } from '../../../src/adapters/memory/sequential-job-ids';
import { Deadline } from '../../../src/application/deadline';
import { IdempotencyExpiry } from '../../../src/application/idempotency-expiry';
import type { IdempotencyKeys } from '../../../src/application/ports/idempotency-keys';
import { StoreUnavailable } from '../../../src/domain/errors';
import { idempotencyKeysContract } from '../../contract/idempotency-keys.contract';

const SETTINGS = { ttlMs: 86_400_000, batchSize: 2, intervalMs: 1_000 };

describe('InMemoryJobRepository as IdempotencyKeys', () => {
  idempotencyKeysContract(async () => {
    const repository = new InMemoryJobRepository();
    const ids = new SequentialJobIds();
    return { keys: repository, jobs: repository, nextId: () => ids.next() };
  });
});

describe('IdempotencyExpiry', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  function setUp(forget: IdempotencyKeys['forget']) {
    const calls: { cutoff: Date; limit: number }[] = [];
    const keys: IdempotencyKeys = {
      forget: (cutoff, limit) => {
        calls.push({ cutoff, limit });
        return forget(cutoff, limit);
      },
    };
    const log = new InMemoryLog();
    const expiry = new IdempotencyExpiry(
      keys,
      new ManualClock(new Date('2026-01-02T00:00:00Z')),
      log,
      SETTINGS,
    );
    return { expiry, calls, log };
  }

  it('goes on in small batches until one is not full', async () => {
    const batches = [2, 2, 1];
    const { expiry, calls, log } = setUp(async () => batches.shift() ?? 0);
    await expiry.start();
    await jest.advanceTimersByTimeAsync(1_000);
    expect(calls).toEqual(Array(3).fill({ cutoff: new Date('2026-01-01T00:00:00Z'), limit: 2 }));
    expect(log.lines).toEqual([
      expect.objectContaining({ message: 'idempotency keys forgotten', fields: { keys: 5 } }),
    ]);
  });

  it('comes back after a failure', async () => {
    const { expiry, calls, log } = setUp(() => Promise.reject(new StoreUnavailable('no connection')));
    await expiry.start();
    await jest.advanceTimersByTimeAsync(2_000);
    expect(calls).toHaveLength(2);
    expect(log.lines.map(({ level }) => level)).toEqual(['warn', 'warn']);
  });

  it('lets the batch under way finish at a stop, and begins no other', async () => {
    let finish: (forgotten: number) => void = () => {};
    const { expiry, calls } = setUp(() => new Promise((resolve) => (finish = resolve)));
    await expiry.start();
    await jest.advanceTimersByTimeAsync(1_000);

    let stopped = false;
    const deadline = Deadline.in(1_000);
    const stopping = expiry.stop(deadline).then(() => (stopped = true));
    await jest.advanceTimersByTimeAsync(0);
    expect(stopped).toBe(false);
    finish(SETTINGS.batchSize);
    await stopping;
    deadline.clear();
    await jest.advanceTimersByTimeAsync(10_000);
    expect(calls).toHaveLength(1);
  });

  it('does nothing when it is stopped before it has started', async () => {
    const { expiry, calls } = setUp(async () => 0);
    const deadline = Deadline.in(1_000);
    await expiry.stop(deadline);
    deadline.clear();
    await expiry.start();
    await jest.advanceTimersByTimeAsync(10_000);
    expect(calls).toHaveLength(0);
  });
});
