import fc from 'fast-check';
import { planDrain } from '../../../../src/domain/lifecycle/drain-plan';

describe('planDrain', () => {
  it('keeps its moments in order and within the deadline, whatever the budget and the linger', () => {
    const ms = fc.integer({ min: 0, max: 100_000 });
    fc.assert(
      fc.property(ms, ms, ms, (now, budgetMs, lingerMs) => {
        const plan = planDrain(now, now + budgetMs, lingerMs);
        const moments = [now, plan.closeIdleAt, plan.cancelAt, plan.refuseAt, plan.destroyAt];
        expect(moments).toEqual([...moments].sort((a, b) => a - b));
        expect(plan.destroyAt).toBeLessThanOrEqual(now + budgetMs);
      }),
    );
  });

  it('gives idle connections the linger, counted from the signal', () => {
    expect(planDrain(1_000, 11_000, 500).closeIdleAt).toBe(1_500);
  });

  it('leaves handlers up to half a second to answer for themselves after the cancellation', () => {
    expect(planDrain(0, 10_000, 500).cancelAt).toBe(9_500);
    expect(planDrain(0, 1_000, 500).cancelAt).toBe(800);
  });

  it('plans a deadline that has passed already as: everything now', () => {
    const plan = planDrain(1_000, 1_000, 500);
    expect(new Set(Object.values(plan))).toEqual(new Set([1_000]));
  });
});
