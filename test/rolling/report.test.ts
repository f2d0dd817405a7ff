import { FATES, type Fate } from '../../packages/drill/src/accounting/fate';
import { markdownTable } from './report';
import type { RunResult } from './run';

const counts = Object.fromEntries(FATES.map((fate) => [fate, 0])) as Record<Fate, number>;
const result: RunResult = {
  scenario: 'one process, stopped and started',
  server: 'server.close()',
  restarts: 10,
  requests: 54_326,
  counts: { ...counts, acknowledged: 54_286, lost: 40 },
  unexplained: 0,
  badExits: 8,
  requestsPerSecond: 700,
  longestMs: 1_526,
  failures: {},
};

describe('the table of a rolling restart', () => {
  it('can be pasted into a page of Markdown', () => {
    const [head, rule, row] = markdownTable([result])
      .split('\n')
      .map((line) => line.slice(2, -2).split(' | '));
    expect(rule).toEqual(head?.map((_, index) => (index < 2 ? '---' : '--:')));
    const cells = Object.fromEntries(head?.map((name, index) => [name, row?.[index]]) ?? []);
    expect(cells).toMatchObject({
      'restarts of': 'one process, stopped and started',
      requests: '54,326',
      '**failed**': '**40**',
      lost: '40',
      'longest ms': '1,526',
    });
  });
});
