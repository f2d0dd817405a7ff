import { formatSpread, ratio, spread, whole } from './spread';

test('a spread is the median and the quartiles', () => {
  expect(spread([5, 1, 3, 2, 4])).toEqual({ median: 3, low: 2, high: 4 });
});

test('series are divided round by round: a slow moment that hits both cancels out', () => {
  expect(ratio([200, 20, 2], [100, 10, 1])).toEqual({ median: 2, low: 2, high: 2 });
});

test('what was not measured is shown as a dash', () => {
  expect(formatSpread(spread([1000.4, 1000.4]), whole)).toBe('1,000 (1,000–1,000)');
  expect(formatSpread(ratio([1, 2], []), whole)).toBe('–');
});
