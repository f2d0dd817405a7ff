import {
  InMemoryIdempotencyKeys,
  InMemoryRepository,
} from '../../../../src/adapters/memory/in-memory-repository';
import { IdempotencyExpiry } from '../../../../src/application/intake/idempotency-expiry';
import type { IdempotencyKeys } from '../../../../src/application/intake/idempotency-keys';
import { Deadline } from '../../../../src/application/lifecycle/deadline';
import { StoreUnavailable, SubmissionCancelled } from '../../../../src/domain/intake/errors';
import type { Job } from '../../../../src/domain/jobs/job';
import { idempotencyKeysContract } from '../../../contract/idempotency-keys.contract';
import { intakeOver } from '../../../contract/jobs';
import { InMemoryLog } from '../../../doubles/in-memory-log';
import { ManualClock } from '../../../doubles/manual-clock';
import { SequentialIds } from '../../../doubles/sequential-ids';

const SETTINGS = { ttlMs: 86_400_000, batchSize: 2, intervalMs: 600_000 };

describe('InMemoryIdempotencyKeys', () => {
  idempotencyKeysContract(async () => {
    const clock = new ManualClock();
    const keys = new InMemoryIdempotencyKeys(clock);
    const jobs = intakeOver(new InMemoryRepository<Job>(keys));
    const ids = new SequentialIds();
    const letPass = async (ms: number) => clock.advance(ms);
    return { keys, jobs, nextId: () => ids.next(), letPass };
  });
});

describe('IdempotencyExpiry', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  function setUp(forget: IdempotencyKeys['forget']) {
    const calls: { ageMs: number; limit: number }[] = [];
    const keys: IdempotencyKeys = {
      forget: (ageMs, limit, signal) => {
        calls.push({ ageMs, limit });
        return forget(ageMs, limit, signal);
      },
    };
    const log = new InMemoryLog();
    return { expiry: new IdempotencyExpiry(keys, log, SETTINGS), calls, log };
  }

  it('begins soon after the start, so that a service which is restarted often comes to it too', async () => {
    const { expiry, calls } = setUp(async () => 0);
    await expiry.start();
    expect(calls).toEqual([]);
    await jest.advanceTimersByTimeAsync(10_000);
    expect(calls).toHaveLength(1);
    await jest.advanceTimersByTimeAsync(SETTINGS.intervalMs);
    expect(calls).toHaveLength(2);
  });

  it('goes on in small batches until one is not full', async () => {
    const batches = [2, 2, 1];
    const { expiry, calls, log } = setUp(async () => batches.shift() ?? 0);
    await expiry.start();
    await jest.advanceTimersByTimeAsync(10_000);
    expect(calls).toEqual(Array(3).fill({ ageMs: SETTINGS.ttlMs, limit: 2 }));
    expect(log.lines).toEqual([
      expect.objectContaining({ message: 'idempotency keys forgotten', fields: { keys: 5 } }),
    ]);
  });

  it.each<[string, IdempotencyKeys['forget']]>([
    ['rejects', () => Promise.reject(new StoreUnavailable('no connection'))],
    [
      'throws at once',
      () => {
        throw new StoreUnavailable('no connection');
      },
    ],
  ])('comes back after a store that %s', async (_, forget) => {
    const { expiry, calls, log } = setUp(forget);
    await expiry.start();
    await jest.advanceTimersByTimeAsync(10_000 + SETTINGS.intervalMs);
    expect(calls).toHaveLength(2);
    expect(log.lines.map(({ level }) => level)).toEqual(['warn', 'warn']);
  });

  it('gives the batch under way up at a stop, waits until it has ended, and begins no other', async () => {
    let giveUp: () => void = () => {};
    let given: AbortSignal | undefined;
    const { expiry, calls, log } = setUp((_age, _limit, signal) => {
      given = signal;
      return new Promise((_, reject) => {
        giveUp = () => reject(new SubmissionCancelled('given up'));
      });
    });
    await expiry.start();
    await jest.advanceTimersByTimeAsync(10_000);
    let stopped = false;
    const deadline = Deadline.in(1_000);
    const stopping = expiry.stop(deadline).then(() => {
      stopped = true;
    });
    await jest.advanceTimersByTimeAsync(0);
    expect([given?.aborted, stopped]).toEqual([true, false]);
    giveUp();
    await stopping;
    deadline.clear();
    await jest.advanceTimersByTimeAsync(2 * SETTINGS.intervalMs);
    expect([calls.length, log.lines]).toEqual([1, []]);
  });

  it('leaves a batch behind that does not end by the deadline', async () => {
    const { expiry } = setUp(() => new Promise(() => {}));
    await expiry.start();
    await jest.advanceTimersByTimeAsync(10_000);
    const stopping = expiry.stop(Deadline.in(1_000));
    await jest.advanceTimersByTimeAsync(1_000);
    await stopping;
  });

  it('does nothing when it is stopped before it has started', async () => {
    const { expiry, calls } = setUp(async () => 0);
    const deadline = Deadline.in(1_000);
    await expiry.stop(deadline);
    deadline.clear();
    await expiry.start();
    await jest.advanceTimersByTimeAsync(2 * SETTINGS.intervalMs);
    expect(calls).toHaveLength(0);
  });
});
