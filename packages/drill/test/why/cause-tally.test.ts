import fc from 'fast-check';
import { type Cause, EVIDENCE_LINES } from '../../src/why/cause';
import { CauseTally } from '../../src/why/cause-tally';
import { causesOf } from '../../src/why/causes-of';
import { anyTrial } from './any-trial';
import { aTrial, broken, span } from './observed';

/** Adds up trials from the number 1 on. */
function addedUp(trials: readonly (readonly Cause[])[]): Cause[] {
  const tally = new CauseTally();
  for (const [index, causes] of trials.entries()) tally.add(index + 1, causes);
  return tally.causes();
}

const connections = [span({ endedAt: 1001 })];
const queueReset = (count: number) =>
  causesOf(
    aTrial({ requests: Array.from({ length: count }, () => broken('ECONNRESET', 1001)), connections }),
  );
const cut = (effects: number) =>
  causesOf(
    aTrial({
      requests: [broken('FIN', 1040, {}, effects)],
      connections: [span({ endedAt: 1040 })],
      exitAt: 1100,
    }),
  );

test('adds causes up, the most frequent first', () => {
  const merged = addedUp([cut(0), queueReset(2), [], queueReset(3)]);
  expect(merged.map(({ id, count, trials }) => ({ id, count, trials }))).toEqual([
    { id: 'accept-queue-reset', count: 5, trials: 2 },
    { id: 'first-request-cut', count: 1, trials: 1 },
  ]);
});

test('takes evidence from as many trials as there is room for, and names them', () => {
  const [merged] = addedUp([[], queueReset(5), queueReset(5)]);
  expect(merged?.evidence.map((line) => line.slice(0, 'trial 1:'.length))).toEqual([
    'trial 2:',
    'trial 3:',
    'trial 2:',
    'trial 3:',
    'trial 2:',
  ]);
});

test('trials that end in another order have the same evidence', () => {
  const tally = new CauseTally();
  for (const trial of [3, 1, 2]) tally.add(trial, queueReset(2));
  expect(tally.causes()).toEqual(addedUp([queueReset(2), queueReset(2), queueReset(2)]));
});

test('still warns of a retry when only one of the trials had an effect', () => {
  const [merged] = addedUp([cut(0), cut(1)]);
  expect(merged?.fates).toEqual(['lost', 'phantom']);
  expect(merged?.explanation).toContain('doubles its effect');
});

test('no fault is added or lost', () => {
  fc.assert(
    fc.property(fc.array(anyTrial, { maxLength: 6 }), (trials) => {
      const each = trials.map((facts) => causesOf(facts));
      const merged = addedUp(each);
      const total = (counts: readonly { readonly count: number }[]) =>
        counts.reduce((sum, { count }) => sum + count, 0);
      expect(total(merged)).toBe(total(each.flat()));
      expect(new Set(merged.map(({ id }) => id)).size).toBe(merged.length);
      for (const { evidence } of merged) expect(evidence.length).toBeLessThanOrEqual(EVIDENCE_LINES);
      expect(merged.map(({ count }) => count)).toEqual(
        merged.map(({ count }) => count).sort((a, b) => b - a),
      );
    }),
  );
});
