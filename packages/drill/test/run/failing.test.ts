import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { PoolWatch } from '../../src/run/pool-watch';
import { runDrill } from '../../src/run/run-drill';
import { scenarioOf } from '../../src/scenario/scenario';
import type { DrilledServer, StartServer } from '../../src/server/drilled-server';

let requests = 0;
const server = http.createServer((_request, response) => {
  requests += 1;
  response.end('ok');
});
beforeAll(() => once(server.listen(0, '127.0.0.1'), 'listening'));
afterAll(() => server.close());

/** A server that cannot be told to stop. */
const deaf = (): DrilledServer => ({
  endpoint: { host: '127.0.0.1', port: (server.address() as AddressInfo).port },
  exited: new Promise(() => {}),
  stop: async () => {
    throw new Error('nobody listens');
  },
  exitWithin: async () => null,
  logLines: () => [],
});

const drill = (startServer: StartServer, lanes = 1) =>
  runDrill({
    ...scenarioOf({ command: 'true', mode: 'kept-alive', trials: 20, clients: 4 }),
    lanes: Array.from({ length: lanes }, () => ({ environment: {} })),
    startServer,
  });

test('a trial that fails ends its load', async () => {
  await expect(drill(async () => deaf())).rejects.toThrow('nobody listens');
  const asked = requests;
  expect(asked).toBeGreaterThan(3);
  await sleep(100);
  // Those that were on their way.
  expect(requests - asked).toBeLessThanOrEqual(4);
});

test('a lane that fails ends the others before it is told of', async () => {
  let started = 0;
  const start: StartServer = async () => {
    started += 1;
    if (started === 3) throw new Error('the third one does not start');
    await sleep(20);
    return deaf();
  };
  await expect(drill(start, 4)).rejects.toThrow();
  const before = started;
  await sleep(100);
  expect(started).toBe(before);
});

test('a database that goes with the server ends the watch of its sessions, and none ever is none that ended', async () => {
  const now = () => performance.now();
  const gone = new PoolWatch(() => Promise.reject(new Error('gone')), now);
  await gone.stop();
  const never = new PoolWatch(async () => 0, now);
  await never.stop();
  let left = 3;
  const ended = new PoolWatch(async () => left--, now);
  while (left > 0) await sleep(5);
  await ended.stop();
  expect([gone.endedAt, never.endedAt, ended.endedAt]).toEqual([null, null, expect.any(Number)]);
});
