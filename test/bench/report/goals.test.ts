import { spread } from '../spread';
import { goalsTable, judge } from './goals';

const comparison = (rival: string, ratio: number) => ({ rival, ratio: spread([ratio, ratio, ratio]) });

test('a lower bound is held against the rival who comes nearest to us', () => {
  const rivals = [comparison('slow', 5), comparison('fast', 1.9)];
  expect(judge('twice', { atLeast: 2 }, rivals)).toEqual({
    goal: 'twice',
    measured: '1.90 (1.90–1.90), fast',
    met: false,
  });
  expect(judge('a half more', { atLeast: 1.5 }, rivals).met).toBe(true);
});

test('an upper bound is held against the rival who spends least', () => {
  const rivals = [comparison('frugal', 1), comparison('wasteful', 0.2)];
  expect(judge('no more', { atMost: 1 }, rivals)).toMatchObject({ measured: /^1.00.*frugal/, met: true });
  expect(judge('less', { below: 1 }, rivals).met).toBe(false);
});

test('a goal whose rivals were not measured is neither met nor missed', () => {
  const goal = judge('twice', { atLeast: 2 }, [{ rival: 'absent', ratio: spread([]) }]);
  expect(goal.met).toBeUndefined();
  expect(goalsTable([goal])).toContain('| twice | – | not measured |');
});
