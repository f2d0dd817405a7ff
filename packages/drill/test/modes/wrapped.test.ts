import { isFaultless } from '../../src/report/verdict';
import type { ScenarioWords } from '../../src/scenario/schema';
import { each, runFixture } from './run-fixture';

const WORDS: ScenarioWords = {
  mode: 'wrapped',
  requests: [{ request: 'POST /work', body: { name: '{{id}}' }, expect: { body: '{{id}}' } }],
};
const UPLOADS: ScenarioWords = {
  mode: 'wrapped',
  requests: [{ request: 'POST /{{id}}', body: {}, expect: { body: '{{id}}' } }],
};

test.each([
  ['wrapped-skips-work', 'missing', undefined, WORDS],
  [
    'wrapped-skips-fields',
    'failed',
    'the answer lacks set-cookie, which every answer before the signal had',
    WORDS,
  ],
  ['wrapped-skips-coding', 'failed', 'the body is no whole gzip: incorrect header check', WORDS],
  ['wrapped-answers-early', 'failed', 'answered before its request had been sent', UPLOADS],
])('the server %s is reported for exactly those requests: %s', async (fixture, fate, reason, words) => {
  const { result, named, wrong } = await runFixture(fixture, words);
  expect(wrong.length).toBeGreaterThan(0);
  expect(named).toEqual(each(wrong, fate));
  expect(new Set(result.faults.map(({ request }) => request.reason))).toEqual(new Set([reason]));
  expect(result.badExits).toBe(0);
});

test('a server that ends every answer through its wrapping is faultless', async () => {
  const { result, named } = await runFixture('wrapped-honest', WORDS);
  expect(named).toEqual([]);
  expect(isFaultless([result])).toBe(true);
  const late = result.shown?.account.requests.filter(
    ({ seen, fate }) => fate === 'acknowledged' && (seen.answeredAt ?? 0) > (result.shown?.signalledAt ?? 0),
  );
  expect(late?.length).toBeGreaterThanOrEqual(6);
});
