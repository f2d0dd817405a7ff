import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { isFaultless } from '../src/report/verdict';
import type { ModeResult } from '../src/run/mode-result';
import { runScenario } from '../src/run-scenario';
import { scenarioOf } from '../src/scenario/scenario';
import type { ScenarioWords } from '../src/scenario/schema';

const SERVER_URL = process.env.LASTCALL_TEST_SERVER_URL ?? '';
const FIXTURES = path.join(__dirname, 'fixtures');

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'drill-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** The places where a request may have its id, and both kinds of ids. */
const TEMPLATES: Record<string, ScenarioWords> = {
  JSON: {
    requests: [
      { request: 'POST /work', body: { name: '{{id}}' }, expect: { status: 201, json: { name: '{{id}}' } } },
    ],
  },
  'the path, a UUID': { id: 'uuid', requests: [{ request: 'PUT /work/{{id}}', expect: { status: '201' } }] },
  'a header field': {
    requests: [{ request: 'POST /work', headers: { 'x-name': 'job {{id}}' }, expect: { body: '{{id}}' } }],
  },
  'a form, beside reads': {
    requests: [
      {
        request: 'POST /work',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: 'name={{id}}&size=2',
        weight: 3,
        expect: { status: '2xx', body: '/"name":"{{id}}"/' },
      },
      { request: 'GET /health' },
    ],
  },
};

/** Runs the drill on a fixture; returns what it reports beside the ids that the fixture says it did wrong by. */
async function drill(fixture: string, words: ScenarioWords = {}) {
  const file = path.join(folder, fixture);
  await writeFile(file, '');
  const results = await runScenario(
    scenarioOf({
      command: [process.execPath, path.join(FIXTURES, `${fixture}.js`)],
      env: { FIXTURE_FAULTS: file },
      postgres: SERVER_URL,
      ready: 'GET /health',
      effectsSql: 'select name from jobs',
      resetSql: 'truncate jobs',
      mode: 'kept-alive,one-shot',
      trials: 1,
      clients: 6,
      seed: 7,
      grace: 5000,
      clientsStop: 60,
      ...TEMPLATES.JSON,
      ...words,
    }),
  );
  const wrong = (await readFile(file, 'utf8')).split('\n').filter((name) => name !== '');
  return { results, wrong: wrong.sort() };
}

const bad = (result: ModeResult) => {
  const { lost, phantom, missing, failed } = result.counts;
  return { lost, phantom, missing, failed, unexplained: result.unexplained, badExits: result.badExits };
};
const sum = (results: readonly ModeResult[], key: keyof ReturnType<typeof bad>) =>
  results.reduce((total, result) => total + bad(result)[key], 0);
const NOTHING = { lost: 0, phantom: 0, missing: 0, failed: 0, unexplained: 0, badExits: 0 };

/** What the picture of a clean trial shows. */
const MARKS = ['exit', 'last answer', 'listener closed', 'pool ended', 'signal'];

const KINDS = [
  ['loses', 'lost'],
  ['phantoms', 'phantom'],
  ['misses', 'missing'],
  ['fails', 'failed'],
] as const;

const CASES = Object.keys(TEMPLATES).flatMap((place) =>
  KINDS.map(([fixture, fate]) => ({ fixture, fate, place })),
);

test.each(CASES)(
  'a server that $fixture on purpose is reported for exactly those requests, with the id in $place',
  async ({ fixture, fate, place }) => {
    const mode = place === 'JSON' ? 'kept-alive,one-shot' : 'kept-alive';
    const { results, wrong } = await drill(fixture, { ...TEMPLATES[place], mode });
    expect(wrong.length).toBeGreaterThan(1);
    const reported = results.flatMap((result) => result.faults);
    expect(reported.map(({ request }) => request.seen.id).sort()).toEqual(wrong);
    expect(new Set(reported.map(({ request }) => request.fate))).toEqual(new Set([fate]));
    expect(sum(results, fate)).toBe(wrong.length);
    for (const result of results) expect(bad(result)).toEqual({ ...NOTHING, [fate]: result.counts[fate] });
    expect(isFaultless(results)).toBe(false);
  },
  30_000,
);

test('a server that inserts some jobs twice is reported for exactly those rows', async () => {
  const { results, wrong } = await drill('invents');
  expect(wrong.length).toBeGreaterThan(1);
  expect(sum(results, 'unexplained')).toBe(wrong.length);
  for (const result of results) expect(bad(result)).toEqual({ ...NOTHING, unexplained: result.unexplained });
  expect(isFaultless(results)).toBe(false);
}, 30_000);

test('a server that does everything right is reported faultless, with every request acknowledged', async () => {
  const { results } = await drill('honest');
  for (const result of results) {
    expect(bad(result)).toEqual(NOTHING);
    expect(result.counts.acknowledged).toBeGreaterThanOrEqual(6);
    expect(result.counts.acknowledged + result.counts.refused).toBe(result.requests);
  }
  expect(isFaultless(results)).toBe(true);
  for (const { shown } of results) expect(shown?.marks.map(({ label }) => label).sort()).toEqual(MARKS);
}, 30_000);

test('a server that refuses some jobs plainly is right, unless it was said to carry out every one', async () => {
  const tolerant = await drill('refuses');
  expect(sum(tolerant.results, 'failed')).toBe(0);
  expect(isFaultless(tolerant.results)).toBe(true);
  const { results, wrong } = await drill('refuses', { refusals: false });
  expect(wrong.length).toBeGreaterThan(1);
  expect(results.flatMap((r) => r.faults.map(({ request }) => request.seen.id)).sort()).toEqual(wrong);
  expect(isFaultless(results)).toBe(false);
}, 30_000);

test('a server that is still there at the end of the grace period is killed, and that is a fault', async () => {
  const { results } = await drill('ignores-signals', {
    mode: 'kept-alive',
    clients: 2,
    grace: 300,
    clientsStop: 50,
  });
  expect(results[0]).toMatchObject({ badExits: 1, trialsWithFault: 1, exitMs: null });
  expect(isFaultless(results)).toBe(false);
}, 30_000);
