import { verdict } from '../../src/report/verdict';
import { modeResult } from './support/outcome';

test.each([
  ['SIGTERM', '2 SIGTERMs, 20 requests: nothing lost'],
  ['SIGINT', '2 stops, 20 requests: nothing lost'],
  [null, '2 stops, 20 requests: nothing lost'],
])('a server that is stopped by %s: %s', (signal, sentence) => {
  expect(verdict([modeResult()], { effects: true, signal })).toContain(sentence);
});

test('one stop is one', () => {
  expect(verdict([modeResult({ trials: 1 })], { effects: true, signal: null })).toContain('1 stop, 20');
});
