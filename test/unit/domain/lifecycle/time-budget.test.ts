import fc from 'fast-check';
import { InvalidDrainPolicy } from '../../../../src/domain/lifecycle/errors';
import { drainPolicy, stopByMs } from '../../../../src/domain/lifecycle/time-budget';

it('keeps a fifth of the time for disposal, 1.5 s at the most', () => {
  expect(drainPolicy({ timeoutMs: 1_000, delayMs: 0, lingerMs: 100 })).toMatchObject({
    requestsByMs: 800,
    disposalMs: 200,
  });
  expect(drainPolicy({ timeoutMs: 9_000, delayMs: 0, lingerMs: 100 })).toMatchObject({
    requestsByMs: 7_500,
    disposalMs: 1_500,
  });
});

it.each([
  [{ timeoutMs: -1, delayMs: 0, lingerMs: 0 }, ['timeoutMs']],
  [{ timeoutMs: 1.5, delayMs: Number.NaN, lingerMs: -3 }, ['timeoutMs', 'delayMs', 'lingerMs']],
  [{ timeoutMs: 1_000, delayMs: 500, lingerMs: 301 }, ['do not fit']],
])('names every rule that is broken', (settings, faults) => {
  expect(() => drainPolicy(settings)).toThrow(InvalidDrainPolicy);
  for (const fault of faults) expect(() => drainPolicy(settings)).toThrow(fault);
});

describe('the waves of a stop', () => {
  const policy = drainPolicy({ timeoutMs: 5_000, delayMs: 0, lingerMs: 0 });
  const { requestsByMs, disposalMs } = policy;

  it('have each a later deadline than the one before it, and the last one the whole timeout at the most', () => {
    const stated = fc.array(fc.option(fc.integer({ min: 0, max: 5_000 }), { nil: undefined }), {
      minLength: 1,
    });
    fc.assert(
      fc.property(stated, fc.boolean(), (waves, wasReady) => {
        const deadlines = stopByMs(policy, waves, wasReady);
        expect(deadlines).toHaveLength(waves.length);
        expect(deadlines).toEqual([...deadlines].sort((a, b) => a - b));
        if (wasReady) expect(deadlines[0]).toBe(requestsByMs);
        expect(deadlines.at(-1)).toBeLessThanOrEqual(policy.timeoutMs + 1e-6);
      }),
    );
  });

  it('divide the disposal time where none says how long it takes; without requests, the first one too', () => {
    const none = [undefined, undefined, undefined];
    expect(stopByMs(policy, none)).toEqual([requestsByMs, requestsByMs + disposalMs / 2, 5_000]);
    expect(stopByMs(policy, none, false)[0]).toBeCloseTo(requestsByMs + disposalMs / 3);
  });

  it('have what they say, and the others the rest', () => {
    expect(stopByMs(policy, [undefined, 100, undefined])).toEqual([requestsByMs, requestsByMs + 100, 5_000]);
  });

  it('have each a part of the time, however much the others say that they take', () => {
    const ends = stopByMs(policy, [undefined, 100_000, undefined, 100_000]);
    const parts = ends.slice(1).map((at, index) => at - (ends[index] as number));
    expect(Math.min(...parts)).toBeGreaterThan(0);
    expect(ends.at(-1)).toBeCloseTo(5_000);
  });

  it('are cut down alike where they say more than there is', () => {
    expect(stopByMs(policy, [undefined, disposalMs, disposalMs])).toEqual([
      requestsByMs,
      requestsByMs + disposalMs / 2,
      5_000,
    ]);
  });

  it('may be none at all', () => {
    expect([stopByMs(policy, []), stopByMs(policy, [], false)]).toEqual([[], []]);
  });
});
