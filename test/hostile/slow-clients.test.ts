import { median } from 'simple-statistics';
import { RawClient } from '../support/raw-client';
import { GET_HEALTH, HOST, JSON_TYPE, postWork, problemCode } from './support/requests';
import { Service } from './support/service';

const SLOW_CLIENTS = 500;
/** Enough that one slow disk write does not decide. */
const SAMPLES = 300;

/** Opens `count` connections, each of which says this and then trickles a byte every second. */
async function trickle(port: number, count: number, start: string): Promise<() => void> {
  const clients = await Promise.all(Array.from({ length: count }, () => RawClient.open(port)));
  for (const client of clients) client.write(start);
  const timer = setInterval(() => {
    for (const client of clients) client.write('a');
  }, 1_000);
  return () => {
    clearInterval(timer);
    for (const client of clients) client.destroy();
  };
}

async function medianLatencyMs(port: number): Promise<number> {
  const client = await RawClient.open(port);
  const samples: number[] = [];
  for (let count = 1; count <= SAMPLES; count += 1) {
    const startedAt = performance.now();
    client.write(postWork('{"name":"normal"}'));
    await client.waitForAnswers(count);
    samples.push(performance.now() - startedAt);
  }
  expect(client.answers.every(({ status }) => status === 201)).toBe(true);
  client.destroy();
  return median(samples);
}

describe(`${SLOW_CLIENTS} clients that never finish their request`, () => {
  let service: Service;
  beforeAll(async () => {
    service = await Service.start();
  });
  afterAll(() => service.stop());

  it.each([
    ['in its head', `POST /work HTTP/1.1\r\n${HOST}X: `],
    ['in its body', `POST /work HTTP/1.1\r\n${HOST}${JSON_TYPE}Content-Length: 1000\r\n\r\n{"name":"`],
  ])('leave the others their latency, within twice the usual: %s', async (_where, start) => {
    await medianLatencyMs(service.port);
    // Before and after, since another process may take the machine's time; the better of two attacks for the same reason.
    const before = await medianLatencyMs(service.port);
    const stop = await trickle(service.port, SLOW_CLIENTS, start);
    const during = Math.min(await medianLatencyMs(service.port), await medianLatencyMs(service.port));
    stop();
    const after = await medianLatencyMs(service.port);
    expect(during / Math.max(before, after)).toBeLessThan(2);
  });
});

describe('the limits', () => {
  it('end a head and a body that take too long with 408, trickling or not', async () => {
    const service = await Service.start({ HEADERS_TIMEOUT_MS: '500', REQUEST_TIMEOUT_MS: '1500' });
    const starts = [
      `POST /work HTTP/1.1\r\n${HOST}X: `,
      `POST /work HTTP/1.1\r\n${HOST}${JSON_TYPE}Content-Length: 1000\r\n\r\n{"name":"`,
    ];
    for (const start of starts) {
      const client = await RawClient.open(service.port);
      client.write(start);
      const trickling = setInterval(() => client.write('a'), 100);
      expect(await client.waitForEnd(10_000)).toBe('fin');
      clearInterval(trickling);
      expect(client.answers.map(problemCode)).toEqual(['request_timeout']);
    }
    await service.stop();
  });

  it('close a connection that is idle for too long, without an answer to a question nobody asked', async () => {
    const service = await Service.start({ KEEP_ALIVE_TIMEOUT_MS: '300' });
    const client = await RawClient.open(service.port);
    client.write(GET_HEALTH);
    expect(await client.waitForEnd(10_000)).toBe('fin');
    expect(client.answers.map(({ status }) => status)).toEqual([200]);
    await service.stop();
  });

  it('keep the number of connections, and let newcomers in as soon as one has gone', async () => {
    const service = await Service.start({ MAX_CONNECTIONS: '20' });
    const isServed = async (client: RawClient) => {
      client.write(GET_HEALTH);
      return (await client.waitForAnswers(1)).length === 1;
    };
    const inside = await Promise.all(Array.from({ length: 20 }, () => RawClient.open(service.port)));
    expect((await Promise.all(inside.map(isServed))).every(Boolean)).toBe(true);
    const outside = await RawClient.open(service.port);
    expect(await isServed(outside)).toBe(false);
    inside.pop()?.destroy();
    let served = false;
    for (let attempt = 0; !served && attempt < 200; attempt += 1) {
      const newcomer = await RawClient.open(service.port);
      served = await isServed(newcomer);
      newcomer.destroy();
    }
    expect(served).toBe(true);
    for (const client of [...inside, outside]) client.destroy();
    await service.stop();
  });
});
