import path from 'node:path';
import { MODES } from '../../src/modes';
import { runScenario } from '../../src/run-scenario';
import { scenarioOf } from '../../src/scenario/scenario';

const PROJECT = path.resolve(__dirname, '../../../..');
const EXAMPLE = [
  '--require',
  path.join(__dirname, '../fixtures/drain-by-name.js'),
  path.join(PROJECT, 'examples/node-http.js'),
];
/** The same handlers, and nothing between the signal and the exit. */
const BARE = path.join(__dirname, '../fixtures/bare-exit.js');

const drill = (words: readonly string[]) =>
  runScenario(
    scenarioOf({
      command: [process.execPath, ...words],
      postgres: process.env.LASTCALL_TEST_SERVER_URL ?? '',
      ready: 'GET /health',
      requests: [
        {
          request: 'POST /work',
          body: { name: '{{id}}' },
          expect: { status: 201, json: { name: '{{id}}' } },
        },
      ],
      effectsSql: 'select name from jobs',
      resetSql: 'truncate jobs',
      mode: 'all',
      trials: 1,
      clients: 8,
    }),
  );

/** Without the words that they need, these are left out. */
const WORDED = ['event-stream', 'websocket', 'h2'];
/** Nothing is sent in it, or nothing is under way at the signal. */
const HARMLESS = ['silent', 'exit-idle', 'exit-kept-alive', 'random-gaps', 'fetch', 'agent'];

test('a server that drains is clean in every mode', async () => {
  const results = await drill(EXAMPLE);
  expect(results.map(({ mode }) => mode.name)).toEqual(
    MODES.map(({ name }) => name).filter((name) => !WORDED.includes(name)),
  );
  const faulty = results.filter(({ trialsWithFault }) => trialsWithFault > 0);
  expect(faulty.map(({ mode, causes }) => [mode.name, causes])).toEqual([]);
}, 60_000);

test('one that exits at the signal is found in every mode in which something is under way then', async () => {
  const results = await drill([BARE]);
  const clean = results.filter(({ trialsWithFault }) => trialsWithFault === 0).map(({ mode }) => mode.name);
  expect(clean.filter((name) => !HARMLESS.includes(name))).toEqual([]);
}, 60_000);
