import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createLanes, type Lanes } from './database/lanes';
import { keptAlive } from './modes/kept-alive';
import { oneShot } from './modes/one-shot';
import { isFaultless } from './report/verdict';
import type { ModeResult } from './run/mode-result';
import { runDrill } from './run/run-drill';

let lanes: Lanes;
let folder: string;

beforeAll(async () => {
  lanes = await createLanes(process.env.LASTCALL_TEST_SERVER_URL ?? '', 1);
  folder = await mkdtemp(path.join(tmpdir(), 'drill-'));
}, 30_000);

afterAll(async () => {
  await lanes.drop();
  await rm(folder, { recursive: true });
});

/** Runs the drill on a fixture; returns what it reports beside the names that the fixture says it did wrong by. */
async function drill(fixture: string, { modes = [keptAlive, oneShot], noRefusals = false } = {}) {
  const file = path.join(folder, fixture);
  await writeFile(file, '');
  const results = await runDrill({
    command: `FIXTURE_FAULTS=${file} ${process.execPath} ${path.join(__dirname, 'fixtures', `${fixture}.js`)}`,
    cwd: process.cwd(),
    modes,
    noRefusals,
    trials: 1,
    clients: 6,
    seed: 7,
    graceMs: 5000,
    clientsStopMs: 60,
    ...lanes,
  });
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

test.each(KINDS)(
  'a server that %s on purpose is reported for exactly those requests',
  async (fixture, fate) => {
    const { results, wrong } = await drill(fixture);
    expect(wrong.length).toBeGreaterThan(1);
    const reported = results.flatMap((result) => result.faults);
    expect(reported.map(({ request }) => request.seen.name).sort()).toEqual(wrong);
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
  const { results, wrong } = await drill('refuses', { noRefusals: true });
  expect(wrong.length).toBeGreaterThan(1);
  expect(results.flatMap((r) => r.faults.map(({ request }) => request.seen.name)).sort()).toEqual(wrong);
  expect(isFaultless(results)).toBe(false);
}, 30_000);

test('a server that is still there at the end of the grace period is killed, and that is a fault', async () => {
  const results = await runDrill({
    command: `${process.execPath} ${path.join(__dirname, 'fixtures', 'ignores-signals.js')}`,
    cwd: process.cwd(),
    modes: [keptAlive],
    trials: 1,
    clients: 2,
    seed: 1,
    graceMs: 300,
    clientsStopMs: 50,
    ...lanes,
  });
  expect(results[0]).toMatchObject({ badExits: 1, trialsWithFault: 1, exitMs: null });
  expect(isFaultless(results)).toBe(false);
}, 30_000);
