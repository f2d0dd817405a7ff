import { isFaultless } from '../../src/report/verdict';
import { scenarioOf } from '../../src/scenario/scenario';
import type { ScenarioWords } from '../../src/scenario/schema';
import { each, runFixture } from './run-fixture';

const WORDS: ScenarioWords = {
  mode: 'h2',
  h2: true,
  requests: [{ request: 'POST /work', body: { name: '{{id}}' }, expect: { status: 201, body: '{{id}}' } }],
};

test.each([
  ['h2-loses', 'lost', 'RST_STREAM 2'],
  ['h2-phantom', 'phantom', 'RST_STREAM 7'],
])('the server %s is reported for exactly those streams: %s', async (fixture, fate, error) => {
  const { result, named, wrong } = await runFixture(fixture, WORDS);
  expect(wrong.length).toBeGreaterThan(1);
  expect(named).toEqual(each(wrong, fate));
  expect(new Set(result.faults.map(({ request }) => request.seen.error))).toEqual(new Set([error]));
  expect(result.badExits).toBe(0);
});

test('a server that answers every stream up to its GOAWAY is faultless, and may refuse others', async () => {
  const { result, named } = await runFixture('h2-honest', WORDS);
  expect(named).toEqual([]);
  expect(isFaultless([result])).toBe(true);
  expect(result.counts.acknowledged).toBeGreaterThan(48);
  expect(result.counts.refused).toBeGreaterThan(12);
  const errors = result.shown?.account.requests.map(({ seen }) => seen.error);
  expect(errors).toContain('RST_STREAM 7');
});

test('the mode wants the word, and belongs to load with it', () => {
  const command = ['true'];
  expect(() => scenarioOf({ command, mode: 'h2' })).toThrow('--mode h2 wants --h2');
  const names = (words: ScenarioWords) => scenarioOf({ command, ...words }).modes.map(({ name }) => name);
  expect(names({ mode: 'all' })).not.toContain('h2');
  expect(names({})).not.toContain('h2');
  expect(names({ h2: true })).toContain('h2');
});
