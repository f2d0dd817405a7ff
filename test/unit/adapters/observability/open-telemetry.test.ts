import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { trace } from '@opentelemetry/api';
import { OpenTelemetry, tracesSettings } from '../../../../src/adapters/observability/open-telemetry';
import { Deadline } from '../../../../src/application/lifecycle/deadline';
import { requestTracingContract } from '../../../contract/request-tracing.contract';
import { InMemoryLog } from '../../../doubles/in-memory-log';

const ONLY_TRACES = { serviceName: 'lastcall', alsoMetrics: false, alsoLogs: false };

/** A collector that takes connections and never answers. */
let silent: Server;
const sockets = new Set<Socket>();

beforeEach(async () => {
  silent = createServer((socket) => sockets.add(socket.on('error', () => {})));
  silent.listen(0, '127.0.0.1');
  await once(silent, 'listening');
  process.env.OTEL_EXPORTER_OTLP_ENDPOINT = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
});

afterEach(() => {
  // The SDK of the next test registers itself only where there is none.
  trace.disable();
  delete process.env.OTEL_EXPORTER_OTLP_ENDPOINT;
  for (const socket of sockets) socket.destroy();
  silent.close();
});

it.each([
  ['a second after it was told to stop', 60_000],
  ['at its deadline', 100],
  ['at once when the deadline has passed already', 0],
])('gives its spans up, and says so, when the collector is silent: %s', async (_, deadlineMs) => {
  const log = new InMemoryLog();
  const traces = new OpenTelemetry(ONLY_TRACES, log);
  await traces.start();
  const request = { method: 'GET', path: '/nowhere', query: '', headers: {} };
  traces.began(request)?.ended({ method: 'GET', route: undefined, status: 404, tookMs: 1 });
  const deadline = Deadline.in(deadlineMs);
  if (deadlineMs === 0) await once(deadline.signal, 'abort');
  const began = performance.now();
  await traces.stop(deadline);
  deadline.clear();
  expect(performance.now() - began).toBeLessThan(5_000);
  expect(log.lines).toMatchObject([{ level: 'warn', message: 'spans were lost' }]);
});

describe('OpenTelemetry as RequestTracing', () => {
  const started: OpenTelemetry[] = [];
  afterEach(() => Promise.all(started.splice(0).map((traces) => traces.stop(Deadline.at(0)))));

  requestTracingContract(async () => {
    const traces = new OpenTelemetry(ONLY_TRACES, new InMemoryLog());
    started.push(traces);
    await traces.start();
    return traces;
  });
});

describe('tracesSettings', () => {
  const OTEL_EXPORTER_OTLP_ENDPOINT = 'http://collector:4318';

  it.each<[env: NodeJS.ProcessEnv, settings: object | undefined]>([
    [{}, undefined],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT }, ONLY_TRACES],
    [{ OTEL_TRACES_EXPORTER: 'console' }, ONLY_TRACES],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_TRACES_EXPORTER: 'none' }, undefined],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_SDK_DISABLED: 'true' }, undefined],
    [
      { OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_SERVICE_NAME: 'mine', OTEL_LOGS_EXPORTER: 'otlp' },
      { serviceName: undefined, alsoMetrics: false, alsoLogs: true },
    ],
  ])('of %j', (env, settings) => {
    expect(tracesSettings(env)).toEqual(settings);
  });
});
