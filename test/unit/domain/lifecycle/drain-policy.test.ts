import fc from 'fast-check';
import { InvalidDrainPolicy } from '../../../../src/domain/errors';
import { drainPolicy, stopByMs } from '../../../../src/domain/lifecycle/drain-policy';

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

it('gives each wave a later deadline than the one before it, and the last one the whole timeout', () => {
  const wholeMs = fc.integer({ min: 0, max: 100_000 });
  fc.assert(
    fc.property(wholeMs, fc.integer({ min: 2, max: 8 }), (timeoutMs, waves) => {
      const policy = drainPolicy({ timeoutMs, delayMs: 0, lingerMs: 0 });
      const deadlines = Array.from({ length: waves }, (_, wave) => stopByMs(policy, wave, waves));
      expect(deadlines[0]).toBe(policy.requestsByMs);
      expect(deadlines.at(-1)).toBeCloseTo(timeoutMs);
      expect(deadlines).toEqual([...deadlines].sort((a, b) => a - b));
      const unready = Array.from({ length: waves }, (_, wave) => stopByMs(policy, wave, waves, false));
      const shares = [policy.requestsByMs, ...unready].map((at, index, all) => at - (all[index - 1] ?? at));
      expect(unready.at(-1)).toBeCloseTo(timeoutMs);
      for (const share of shares.slice(1)) expect(share).toBeCloseTo(policy.disposalMs / waves);
    }),
  );
});

it('leaves what has nothing to stop a time that a timer can wait, also where nothing else has', () => {
  const policy = drainPolicy({ timeoutMs: 1_000, delayMs: 0, lingerMs: 0 });
  expect([stopByMs(policy, 0, 0), stopByMs(policy, 0, 0, false)]).toEqual([800, 1_000]);
});
