import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { faultCount } from '../../src/run/mode-result';
import { runScenario } from '../../src/run-scenario';
import { scenarioOf } from '../../src/scenario/scenario';
import type { ScenarioWords } from '../../src/scenario/schema';

const SERVER = path.resolve(__dirname, '../fixtures/ways-to-stop.js');

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'drill-why-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function drill(way: string, mode: string, words: ScenarioWords = {}) {
  const orders = path.join(folder, 'orders');
  await writeFile(orders, '');
  const [result] = await runScenario(
    scenarioOf({
      command: [process.execPath, SERVER],
      env: { WAY: way, ORDERS: orders },
      requests: [{ request: 'POST /', body: '{{id}}', expect: { status: 201 } }],
      effectsLog: orders,
      mode,
      trials: 2,
      clients: 16,
      grace: 1500,
      ...words,
    }),
  );
  if (result === undefined) throw new Error('no result');
  return result;
}

/** The way to stop, the load, and the causes that must be named: the first one has most of the requests. */
const CASES: readonly [string, string, readonly string[], ScenarioWords][] = [
  ['exit', 'kept-alive', ['exit-before-answer'], {}],
  ['nothing', 'kept-alive', ['died-of-signal', 'no-signal-handler'], {}],
  ['close the listener', 'one-shot', ['accept-queue-reset'], { clients: 64, env: { WORK_MS: '0' } }],
  ['close all connections', 'kept-alive', ['busy-connection-cut'], { env: { WORK_MS: '20' } }],
  ['announce at once', 'pipelining', ['close-on-early-answer'], {}],
  ['answer first', 'kept-alive', ['success-without-effect', 'answered-before-commit'], {}],
  ['fail after the signal', 'kept-alive', ['error-after-signal'], { clientsStop: 200 }],
  ['stay', 'kept-alive', ['killed-under-request', 'listening-until-kill'], {}],
  ['exit with 7', 'random-gaps', ['wrong-exit-code'], { clientsStop: 1 }],
  ['die before', 'random-gaps', ['exit-before-signal'], {}],
];

test.each(CASES)(
  'a server that does this: %s, under %s, is told: %j',
  async (way, mode, ids, words) => {
    const env = { WAY: way, ORDERS: path.join(folder, 'orders'), ...words.env };
    const result = await drill(way, mode, { ...words, env });
    const named = result.causes.map(({ id }) => id);
    expect(named).toEqual(
      expect.arrayContaining([expect.stringMatching(new RegExp(`^(${ids.join('|')})$`))]),
    );
    const ofRequests = result.causes.filter(({ of }) => of === 'requests');
    const first = ofRequests[0]?.id;
    if (first !== undefined && faultCount(result) > 4) expect(ids).toContain(first);
    if (ids.includes('exit-before-signal')) expect(result.exitMs).toBeNull();
    for (const { evidence, advice, explanation } of result.causes) {
      expect(evidence.length).toBeGreaterThan(0);
      expect([advice, explanation].every((text) => text.length > 20)).toBe(true);
    }
    // Every fault has its cause.
    expect(ofRequests.reduce((sum, { count }) => sum + count, 0)).toBe(faultCount(result));
  },
  30_000,
);
