import { isFaultless } from '../../src/report/verdict';
import { scenarioOf } from '../../src/scenario/scenario';
import type { ScenarioWords } from '../../src/scenario/schema';
import { each, runFixture } from './run-fixture';

const WORDS: ScenarioWords = {
  mode: 'event-stream',
  stream: 'GET /events/{{id}}',
  requests: [{ request: 'POST /work', body: { name: '{{id}}' }, expect: { body: '{{id}}' } }],
  clients: 24,
  clientsStop: 100,
};

test('a server that cuts streams is reported for exactly those, however they are framed', async () => {
  const { result, named, wrong } = await runFixture('streams-cut', WORDS);
  expect(wrong.length).toBeGreaterThan(1);
  expect(named).toEqual(each(wrong, 'lost'));
  const errors = result.faults.map(({ request }) => request.seen.error);
  expect(new Set(errors)).toEqual(new Set(['FIN', 'ECONNRESET']));
  expect(result.badExits).toBe(0);
});

test('a server that leaves streams open until it is killed is reported for exactly those', async () => {
  const { result, named, wrong } = await runFixture('streams-held', { ...WORDS, grace: 600 });
  expect(wrong.length).toBeGreaterThan(1);
  expect(named).toEqual(each(wrong, 'lost'));
  expect(result.badExits).toBe(1);
});

test('a server that ends its streams is faultless', async () => {
  const { result, named } = await runFixture('streams-honest', WORDS);
  expect(named).toEqual([]);
  expect(isFaultless([result])).toBe(true);
  expect(result.counts.answered).toBe(12);
  expect(result.counts.acknowledged).toBeGreaterThan(12);
});

test('a path that does not exist is not taken for a refusal', async () => {
  const { result } = await runFixture('streams-honest', { ...WORDS, stream: 'GET /nothing' });
  expect(result.counts.failed).toBeGreaterThan(0);
});

test('the mode wants to be told what opens a stream, and is left out of all without it', () => {
  const command = ['true'];
  expect(() => scenarioOf({ command, mode: 'event-stream' })).toThrow('--mode event-stream wants --stream');
  const names = (words: ScenarioWords) => scenarioOf({ command, ...words }).modes.map(({ name }) => name);
  expect(names({ mode: 'all' })).not.toContain('event-stream');
  expect(names({ stream: 'GET /events' })).toContain('event-stream');
  expect(() => scenarioOf({ command, stream: 'nothing at all' })).toThrow(
    'stream: "nothing at all" is no request',
  );
});
