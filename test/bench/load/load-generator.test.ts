import { once } from 'node:events';
import http, { type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { LoadGenerator } from './load-generator';

let generator: LoadGenerator;
let server: http.Server;

beforeAll(() => {
  generator = LoadGenerator.start();
});
afterEach(async () => {
  await generator.close();
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
});
afterAll(() => generator.stop());

/** Answers `GET /health` itself. */
async function listen(work: RequestListener): Promise<number> {
  server = http.createServer((request, response) => {
    if (request.url === '/health') response.end();
    else request.resume().once('end', () => work(request, response));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

test('posts over all connections at once, and measures fractions of milliseconds', async () => {
  let posts = 0;
  let underWay = 0;
  let most = 0;
  const port = await listen(async (_request, response) => {
    posts += 1;
    most = Math.max(most, ++underWay);
    await sleep(20);
    underWay -= 1;
    response.writeHead(201).end('{}');
  });
  await generator.open(port, 8);
  const load = await generator.run(0.5);

  expect(most).toBe(8);
  expect(load).toMatchObject({ requests: posts, failed: 0 });
  expect(load.requestsPerSecond).toBeLessThanOrEqual(posts / 0.5);
  const { p50, p90, p99 } = load.latencyMs;
  expect(p50).toBeGreaterThan(19);
  expect(p90).toBeGreaterThanOrEqual(p50);
  expect(p99).toBeGreaterThanOrEqual(p90);
  expect([p50, p90, p99].every(Number.isInteger)).toBe(false);
});

test('counts answers other than 201, and connections that break', async () => {
  let posts = 0;
  const port = await listen((request, response) => {
    posts += 1;
    if (posts === 3) request.socket.destroy();
    else response.writeHead(503).end();
  });
  await generator.open(port, 1);

  expect(await generator.run(10)).toMatchObject({ requests: 2, failed: 3 });
});

test('posts once over each connection, all at the same time, and counts what was answered 201', async () => {
  const waiting: http.ServerResponse[] = [];
  const port = await listen((request, response) => {
    waiting.push(response);
    if (waiting.length < 4) return;
    const [first, second, ...others] = waiting;
    first?.socket?.destroy();
    second?.writeHead(503).end();
    for (const other of others) other.writeHead(201).end();
    request.resume();
  });
  await generator.open(port, 4);

  expect(await generator.post()).toBe(2);
});

test('a port that nobody listens on is an error', async () => {
  const port = await listen(() => {});
  await new Promise((closed) => server.close(closed));

  await expect(generator.open(port, 1)).rejects.toThrow('ECONNREFUSED');
});
