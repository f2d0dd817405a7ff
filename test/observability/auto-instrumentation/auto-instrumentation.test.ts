import { existsSync } from 'node:fs';
import path from 'node:path';
import { describeUnless } from '../../support/optional-suite';
import { createTestDatabase, type TestDatabase } from '../../support/postgres';
import { ServiceProcess } from '../../support/service-process';
import { until } from '../../support/until';
import { OtlpReceiver } from '../support/otlp-receiver';

jest.setTimeout(60_000);

const REGISTER = path.join(
  __dirname,
  'node_modules/@opentelemetry/auto-instrumentations-node/build/src/register.js',
);
const obstacle = existsSync(REGISTER)
  ? undefined
  : 'it is not installed: npm ci --prefix test/observability/auto-instrumentation';

const SERVER = 2;

describeUnless(obstacle, "OpenTelemetry's automatic instrumentation, by NODE_OPTIONS", () => {
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

  it('sees Koa and pg below one server span for each request, the last one of the drain included', async () => {
    const service = await ServiceProcess.start(database.url, {
      env: {
        NODE_OPTIONS: `--require ${REGISTER}`,
        OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
        OTEL_METRICS_EXPORTER: 'none',
        OTEL_LOGS_EXPORTER: 'none',
        OTEL_NODE_RESOURCE_DETECTORS: 'none',
      },
    });
    expect((await service.post('traced')).status).toBe(201);
    service.signal();
    expect(await service.exitCode()).toBe(0);
    const line = service.lines.find(({ msg, path }) => msg === 'request' && path === '/work');
    await until('the spans', () => receiver.spans.some(({ kind }) => kind === SERVER));
    const trace = receiver.spans.filter(({ traceId }) => traceId === line?.trace_id);
    expect(trace.filter(({ kind }) => kind === SERVER)).toHaveLength(1);
    const names = trace.map(({ name }) => name);
    expect(names).toContainEqual(expect.stringMatching(/^pg\.query:/));
    expect(names).toContainEqual(expect.stringMatching(/^(router|middleware) - /));
  });
});
