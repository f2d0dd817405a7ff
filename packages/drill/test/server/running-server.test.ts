import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isFaultless } from '../../src/report/verdict';
import { runScenario } from '../../src/run-scenario';
import { scenarioOf } from '../../src/scenario/scenario';
import type { ScenarioWords } from '../../src/scenario/schema';
import { freePort } from '../../src/server/free-port';

/** A server that somebody else looks after: started in the background, known by its pid. */
const SERVER = path.resolve(__dirname, '../fixtures/orders.js');

let folder: string;
let port: number;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'drill-target-'));
  port = await freePort();
});
// The shell around the server may still write down how it ended.
afterEach(() => rm(folder, { recursive: true, maxRetries: 5 }));

/** @param env variables for the server, in front of its command */
function target(env = '', more: ScenarioWords = {}): ScenarioWords {
  const run = `PORT=${port} ORDERS=${folder}/orders ${env} ${process.execPath} ${SERVER}`;
  return {
    target: `http://127.0.0.1:${port}`,
    // The shell around it writes down how it ended.
    start: `cd ${folder}; rm -f code pid; (${run} & echo $! >pid; wait $!; echo $? >code) >/dev/null 2>&1 & while [ ! -s pid ]; do sleep 0.01; done`,
    stop: `kill -TERM $(cat ${folder}/pid)`,
    gone: `while [ ! -s ${folder}/code ]; do sleep 0.01; done; cat ${folder}/code`,
    requests: [{ request: 'POST /', body: '{{id}}', expect: { status: 201 } }],
    effectsLog: `${folder}/orders`,
    mode: 'kept-alive',
    trials: 2,
    clients: 4,
    clientsStop: 60,
    grace: 5000,
    ...more,
  };
}

test('a target is started again for each trial, told to stop, and waited for', async () => {
  const results = await runScenario(scenarioOf(target()));
  expect(isFaultless(results)).toBe(true);
  expect(results[0]).toMatchObject({ trials: 2, badExits: 0 });
  expect(results[0]?.counts.acknowledged).toBeGreaterThan(8);
  const lines = (await readFile(`${folder}/orders`, 'utf8')).trim().split('\n');
  expect(lines).toHaveLength(results[0]?.counts.acknowledged ?? 0);
}, 20_000);

test('the exit code is the one that is printed when it has gone', async () => {
  const [result] = await runScenario(scenarioOf(target('EXIT=3')));
  expect(result).toMatchObject({ badExits: 2, shown: { end: { code: 3, killed: false } } });
  const [allowed] = await runScenario(scenarioOf(target('EXIT=3', { exit: [3] })));
  expect(allowed).toMatchObject({ badExits: 0 });
}, 20_000);

test('without a word for it, it has gone when nobody listens and no connection is left', async () => {
  const { gone: _gone, ...words } = target('EXIT=3');
  const [result] = await runScenario(scenarioOf(words));
  // Nobody can tell the code.
  expect(result).toMatchObject({ trials: 2, trialsWithFault: 0, badExits: 0 });
  expect(result?.exitMs?.median).toBeGreaterThan(0);
}, 20_000);

test('load goes on until the command has told it to stop', async () => {
  const stop = `sleep 0.5; kill -TERM $(cat ${folder}/pid)`;
  const words = { stop, mode: 'slow-upload', clientsStop: 700, trials: 1, clients: 8 };
  const [result] = await runScenario(scenarioOf(target('', words)));
  const { shown } = result ?? {};
  const begun = shown?.account.requests.map(({ seen }) => seen.startedAt - (shown?.signalledAt ?? 0)) ?? [];
  expect(Math.max(...begun)).toBeGreaterThan(300);
}, 20_000);

test('a target of which nobody can tell how it ended is told of no wrong exit', async () => {
  const { gone: _gone, ...words } = target('', { trials: 1 });
  const [result] = await runScenario(scenarioOf(words));
  expect([result?.trialsWithFault, result?.causes]).toEqual([0, []]);
}, 20_000);

test('effects that were doubled are unexplained, by their ids', async () => {
  const [result] = await runScenario(scenarioOf(target('TWICE=1', { trials: 1 })));
  const twice = (await readFile(`${folder}/orders`, 'utf8'))
    .trim()
    .split('\n')
    .filter((line, index, all) => line === all[index - 1]);
  expect(twice.length).toBeGreaterThan(0);
  const ids = twice.map((line) => line.split(' ')[1]);
  expect([...(result?.shown?.account.unexplained ?? [])].sort()).toEqual(ids.sort());
}, 20_000);

/** Resolves when the process whose pid is in the file has ended. */
async function untilGone(file: string): Promise<void> {
  const pid = Number(await readFile(`${folder}/${file}`, 'utf8'));
  const isThere = () => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };
  while (isThere()) await sleep(10);
}

test('a start that goes on is let run, and ended with the drill', async () => {
  const run = `PORT=${port} ORDERS=${folder}/orders ${process.execPath} ${SERVER}`;
  const start = `cd ${folder}; echo $$ >shell; ${run} & echo $! >pid; wait; exec sleep 1000`;
  const results = await runScenario(scenarioOf(target('', { start, gone: undefined })));
  expect(isFaultless(results)).toBe(true);
  expect(results[0]).toMatchObject({ trials: 2 });
  await untilGone('shell');
}, 20_000);

test('a target that nobody kills is not said to have been killed, and a start that goes on is ended', async () => {
  const start = `echo $$ >${folder}/pid; PORT=${port} ORDERS=${folder}/orders exec ${process.execPath} ${SERVER}`;
  const words = { start, stop: 'true', gone: undefined, grace: 300, trials: 1, effectsLog: undefined };
  const [result] = await runScenario(scenarioOf(target('', words)));
  expect(result).toMatchObject({ badExits: 1, exitMs: null });
  const told = JSON.stringify(result?.causes.filter(({ of }) => of === 'trials'));
  expect(told).toContain('the end of the grace period');
  expect(told).not.toContain('SIGKILL');
  await untilGone('pid');
}, 20_000);

const FAILURES: readonly [string, ScenarioWords, RegExp][] = [
  [
    'does not run and is not started',
    { start: undefined, readyTimeout: 300 },
    /at 127.0.0.1:\d+ did not answer GET \/ .*Is it running/s,
  ],
  [
    'cannot be started',
    { start: 'echo no such image >&2; exit 125' },
    /to start the server ended with 125.*no such image/s,
  ],
  [
    'is started but does not come up',
    { start: 'true', readyTimeout: 300 },
    /did not answer GET \/ .* within 0.3 s\nIt was started by: true$/,
  ],
  [
    'is started by a command that goes on and is no server',
    { start: 'echo waiting; sleep 1000', readyTimeout: 300 },
    /did not answer GET \/ .* within 0.3 s\nIt was started by: echo waiting; sleep 1000\nThis command has not ended/,
  ],
];

test.each(FAILURES)('a target that %s is told in words', async (_, words, message) => {
  await expect(runScenario(scenarioOf(target('', words)))).rejects.toThrow(message);
});

test('a target that cannot be told to stop is told in words', async () => {
  const stop = `kill -KILL $(cat ${folder}/pid); echo permission denied >&2; exit 1`;
  await expect(runScenario(scenarioOf(target('', { stop })))).rejects.toThrow(
    /to stop the server ended with 1.*permission denied/s,
  );
}, 20_000);

test.each([
  ['is not found', 'no-such-program wait web', /to wait for the end ended with 127.*no-such-program/s],
  ['may not be executed', '/dev/null wait', /to wait for the end ended with 126.*denied/s],
])(
  'a word for the end that %s is told, and is no end',
  async (_, gone, message) => {
    await expect(runScenario(scenarioOf(target('', { gone, trials: 1 })))).rejects.toThrow(message);
  },
  20_000,
);
