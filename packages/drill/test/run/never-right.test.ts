import path from 'node:path';
import { runScenario } from '../../src/run-scenario';
import { scenarioOf } from '../../src/scenario/scenario';
import type { ScenarioWords } from '../../src/scenario/schema';

const SERVER = path.resolve(__dirname, '../fixtures/no-database.js');

type Words = NonNullable<ScenarioWords['requests']>[number];

const drill = (...requests: (string | Words)[]) =>
  runScenario(
    scenarioOf({
      command: [process.execPath, SERVER],
      requests: requests.map((request) => (typeof request === 'string' ? { request } : request)),
      mode: 'kept-alive',
      trials: 2,
      clients: 4,
      clientsStop: 20,
    }),
  );

test('a request that is never answered as it should be is told of, and no clean drill', async () => {
  const words = 'GET /missing was never answered as it should be: answered 404, and not 2xx';
  await expect(drill('GET /missing')).rejects.toThrow(words);
  await expect(drill('GET /', 'GET /missing')).rejects.toThrow(words);
  await expect(drill({ request: 'GET /', expect: { status: 201 } })).rejects.toThrow(
    'answered 200, and not 201',
  );
  const [result] = await drill('GET /');
  expect(result?.counts.acknowledged).toBeGreaterThan(4);
}, 20_000);
