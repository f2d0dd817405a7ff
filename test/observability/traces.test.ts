import path from 'node:path';
import { Onlooker } from '../support/onlooker';
import { createTestDatabase, type TestDatabase } from '../support/postgres';
import { RawClient } from '../support/raw-client';
import { ServiceProcess } from '../support/service-process';
import { OtlpReceiver } from './support/otlp-receiver';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = '00f067aa0ba902b7';
const TRACEPARENT = `00-${TRACE}-${PARENT}-01`;

let database: TestDatabase;
let receiver: OtlpReceiver;

beforeEach(async () => {
  database = await createTestDatabase();
  receiver = await OtlpReceiver.listen();
});

afterEach(async () => {
  await ServiceProcess.killAll();
  await receiver.close();
  await database.drop();
});

const collected = () => ({
  OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
  OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
});

describe('without OpenTelemetry', () => {
  it("logs the caller's trace id, and none for a traceparent that is not valid", async () => {
    const service = await ServiceProcess.start(database.url);
    const ask = (route: string, traceparent: string) => service.fetch(route, { headers: { traceparent } });
    await ask('/work/first', TRACEPARENT);
    await ask('/work/second', 'forged');
    service.signal();
    expect(await service.exitCode()).toBe(0);
    const requests = service.lines.filter(({ msg }) => msg === 'request');
    expect(requests.map(({ path, trace_id }) => [path, trace_id])).toEqual([
      ['/work/first', TRACE],
      ['/work/second', undefined],
    ]);
  });

  it('says in one line that the SDK is missing where OTEL_* asks for it, and serves', async () => {
    const hook = path.join(__dirname, 'fixtures/without-open-telemetry.js');
    const service = await ServiceProcess.start(database.url, {
      env: collected(),
      nodeOptions: ['--require', hook],
    });
    expect(
      (await service.line('no traces: OTEL_* is set, and @opentelemetry/sdk-node is not installed')).level,
    ).toBe('warn');
    expect((await service.post('untraced')).status).toBe(201);
    service.signal();
    expect(await service.exitCode()).toBe(0);
  });
});

describe('with OpenTelemetry', () => {
  it('sends a span for each request, those of the drain included, before it exits', async () => {
    const onlooker = await Onlooker.of(database.url);
    const service = await ServiceProcess.start(database.url, { env: collected() });
    await service.fetch('/health', { headers: { traceparent: TRACEPARENT } });
    const unlock = await onlooker.lockJobs();
    const answer = service.post('held by a lock');
    await onlooker.untilBlocked();
    service.signal();
    await service.line('listener closed');
    await unlock();
    expect((await answer).status).toBe(201);
    expect(await service.exitCode()).toBe(0);
    await onlooker.end();

    const [health, work] = ['GET /health', 'POST /work'].map((name) =>
      receiver.spans.find((span) => span.name === name),
    );
    expect(health).toMatchObject({ traceId: TRACE, parentSpanId: PARENT, kind: 2 });
    expect(work?.attributes).toEqual(
      expect.arrayContaining([
        { key: 'http.route', value: { stringValue: '/work' } },
        { key: 'http.response.status_code', value: { intValue: 201 } },
      ]),
    );
    const logged = service.lines.find(({ msg, path }) => msg === 'request' && path === '/work');
    expect(logged?.trace_id).toBe(work?.traceId);
    const stopped = service.lines.filter(({ event }) => event === 'component-stopped');
    const order = stopped.map(({ component }) => component);
    expect(order.indexOf('open-telemetry')).toBeGreaterThan(order.indexOf('http-server'));
  });

  it('describes each span by the conventions, with values that clients cannot multiply where they must not', async () => {
    const service = await ServiceProcess.start(database.url, { env: collected() });
    await service.fetch('/livez?a=b', { method: 'PROPFIND' });
    const client = await RawClient.open(service.port);
    client.write('GET /health HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n');
    await client.waitForEnd();
    service.signal();
    expect(await service.exitCode()).toBe(0);
    const spans = receiver.spans.map(({ name, status, attributes }) => {
      const values = attributes.map(({ key, value }) => [key, Object.values(value)[0]] as const);
      return { name, failed: status.code === 2, ...Object.fromEntries(values) };
    });
    expect(spans).toEqual([
      {
        name: 'HTTP',
        failed: false,
        'http.request.method': '_OTHER',
        'http.request.method_original': 'PROPFIND',
        'http.response.status_code': 405,
        'url.path': '/livez',
        'url.query': 'a=b',
        'url.scheme': 'http',
      },
      {
        name: 'GET',
        failed: true,
        'http.request.method': 'GET',
        'http.response.status_code': 501,
        'error.type': '501',
        'url.path': '/health',
        'url.scheme': 'http',
      },
    ]);
  });

  it('exits cleanly, well within its budget, and says so when the collector cannot be reached', async () => {
    const env = collected();
    await receiver.close();
    const service = await ServiceProcess.start(database.url, { env });
    expect((await service.post('traced to nowhere')).status).toBe(201);
    service.signal();
    expect(await service.exitCode()).toBe(0);
    expect((await service.line('spans were lost')).level).toBe('warn');
    expect((await service.line('drain report')).tookMs).toBeLessThan(5_000);
    receiver = await OtlpReceiver.listen();
  });
});
