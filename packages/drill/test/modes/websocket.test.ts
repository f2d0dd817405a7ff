import { isFaultless } from '../../src/report/verdict';
import { scenarioOf } from '../../src/scenario/scenario';
import type { ScenarioWords } from '../../src/scenario/schema';
import { each, runFixture } from './run-fixture';

const WORDS: ScenarioWords = {
  mode: 'websocket',
  websocket: '/socket',
  message: '{{id}}',
  ack: 'done: {{id}}',
  goodbye: 'goodbye',
};
const SILENT: ScenarioWords = { ...WORDS, ack: undefined };

test.each([
  ['sockets-lose', 'lost', ['close 1011']],
  ['sockets-phantom', 'phantom', ['FIN']],
  ['sockets-miss', 'missing', [null]],
])('the server %s is reported for exactly those messages: %s', async (fixture, fate, ends) => {
  const { result, named, wrong } = await runFixture(fixture, WORDS);
  expect(wrong.length).toBeGreaterThan(1);
  expect(named).toEqual(each(wrong, fate));
  expect(new Set(result.faults.map(({ request }) => request.seen.error))).toEqual(new Set(ends));
  expect(result.badExits).toBe(0);
});

test('messages that nobody acknowledges are accounted for by their effects', async () => {
  const env = { FIXTURE_SILENT: '1' };
  const { result, named, wrong } = await runFixture('sockets-lose', SILENT, env);
  expect(wrong.length).toBeGreaterThan(1);
  expect(named).toEqual(each(wrong, 'lost'));
  expect(result.counts.acknowledged).toBe(0);
  expect(result.counts.arrived).toBeGreaterThan(12);
});

test('a server that hears everybody out is faultless, and who comes later is refused', async () => {
  const { result, named } = await runFixture('sockets-honest', WORDS);
  expect(named).toEqual([]);
  expect(isFaultless([result])).toBe(true);
  expect(result.counts.acknowledged).toBeGreaterThan(12);
  expect(result.counts.rejected).toBe(12);
});

test('a path where nobody speaks WebSocket is not taken for a refusal', async () => {
  const { result } = await runFixture('sockets-honest', { ...WORDS, websocket: '/nothing' });
  expect(result.counts).toMatchObject({ failed: 12, acknowledged: 0 });
  expect(result.faults[0]?.request.reason).toBe('the handshake was answered 404');
});

test('a client greets first, where a protocol wants that', async () => {
  const hello = { send: 'd0-hello', until: 'done: d0-hello' };
  const { result, named } = await runFixture('sockets-honest', {
    ...WORDS,
    websocket: { path: '/socket', hello },
  });
  expect(named).toEqual([]);
  expect(result.counts.acknowledged).toBeGreaterThan(12);
});

const COMMAND = ['true'];

test.each<[string, ScenarioWords, string]>([
  ['no path', { mode: 'websocket' }, '--mode websocket wants --websocket'],
  ['a message without a path', { message: '{{id}}' }, 'are for --websocket'],
  ['a path without a message', { websocket: '/', ack: '{{id}}' }, '--websocket wants --message'],
  ['neither acknowledgements nor effects', { websocket: '/', message: '{{id}}' }, '--websocket wants --ack'],
  ['a message without an id', { websocket: '/', message: 'hello', ack: '{{id}}' }, 'need {{id}}'],
  ['no path at all', { websocket: 'socket', message: '{{id}}', ack: '{{id}}' }, '"socket" is no path'],
])('%s is a mistake of which the user is told', (_, words, message) => {
  expect(() => scenarioOf({ command: COMMAND, ...words })).toThrow(message);
});
