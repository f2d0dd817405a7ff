import fc from 'fast-check';
import { pack } from '../../src/report/packing';

test('intervals on one row never overlap, and no more rows are used than overlap at one time', () => {
  const interval = fc
    .tuple(fc.nat(100), fc.nat(30))
    .map(([from, length]) => ({ from, to: from + length + 1 }));
  fc.assert(
    fc.property(fc.array(interval, { maxLength: 40 }), (unsorted) => {
      const intervals = unsorted.sort((a, b) => a.from - b.from);
      const { rows, count } = pack(intervals);
      intervals.forEach((a, i) => {
        intervals.forEach((b, j) => {
          if (i < j && rows[i] === rows[j]) expect(a.to <= b.from).toBe(true);
        });
      });
      const depth = intervals.map(
        ({ from }) => intervals.filter((other) => other.from <= from && from < other.to).length,
      );
      expect(count).toBe(Math.max(0, ...depth));
    }),
  );
});
