import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { isFaultless } from '../../src/report/verdict';
import { runScenario } from '../../src/run-scenario';
import { scenarioOf } from '../../src/scenario/scenario';
import type { ScenarioWords } from '../../src/scenario/schema';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'drill-effects-'));
});
afterEach(() => rm(folder, { recursive: true }));

const drill = (words: ScenarioWords = {}) =>
  runScenario(
    scenarioOf({
      command: [process.execPath, path.resolve(__dirname, '../fixtures/orders.js')],
      requests: [{ request: 'POST /', body: '{{id}}', expect: { status: 201 } }],
      effects: 'cat "$ORDERS"',
      mode: 'kept-alive',
      trials: 4,
      clients: 4,
      clientsStop: 60,
      ...words,
      env: { ORDERS: path.join(folder, 'orders'), ...words.env },
    }),
  );

test('a command that lists them all tells the trials apart, those of servers side by side as well', async () => {
  const [result] = await drill({ parallel: 2 });
  expect(result?.counts.acknowledged).toBeGreaterThan(16);
  expect([result?.unexplained, isFaultless(result === undefined ? [] : [result])]).toEqual([0, true]);
}, 30_000);

test('doubles are found, and a reset between trials takes away what was there', async () => {
  const [result] = await drill({ env: { TWICE: '1' }, reset: 'rm -f "$ORDERS"' });
  expect(result?.unexplained).toBeGreaterThan(3);
  expect(result?.causes.map(({ id }) => id)).toEqual(['doubled-effect']);
}, 30_000);
