import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { koaApp } from '../../../../src/adapters/koa/koa-app';
import { InMemoryJobRepository } from '../../../../src/adapters/memory/in-memory-job-repository';
import { InMemoryLog } from '../../../../src/adapters/memory/in-memory-log';
import { InMemoryRequestMetrics } from '../../../../src/adapters/memory/in-memory-request-metrics';
import { InMemoryRequestTracing } from '../../../../src/adapters/memory/in-memory-request-tracing';
import { ManualClock } from '../../../../src/adapters/memory/manual-clock';
import { SequentialJobIds } from '../../../../src/adapters/memory/sequential-job-ids';
import { SettableReadiness } from '../../../../src/adapters/memory/settable-readiness';
import { JobService } from '../../../../src/application/jobs/job-service';
import { Lifecycle } from '../../../../src/domain/lifecycle/lifecycle';

it('tells metrics and traces of every request once, by its route and never by its path', async () => {
  const requests = new InMemoryRequestMetrics();
  const tracing = new InMemoryRequestTracing();
  const log = new InMemoryLog();
  const app = koaApp({
    jobs: new JobService(new InMemoryJobRepository(), new SequentialJobIds(), new ManualClock()),
    lifecycle: new Lifecycle(),
    database: new SettableReadiness(),
    cancellation: new AbortController().signal,
    log,
    requests,
    tracing,
  });
  const server = createServer(app.callback());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  for (const path of ['/health', '/work/no-uuid', '/nowhere']) await fetch(`http://127.0.0.1:${port}${path}`);
  await new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  });

  expect(requests.active).toBe(0);
  const seen = requests.exchanges.map(({ method, route, status }) => [method, route, status]);
  expect(seen[0]).toEqual(['GET', '/health', 200]);
  expect(seen.map(([, route]) => route)).toEqual(['/health', '/work/:id', undefined]);
  expect(tracing.spans.map(({ exchange: { method, route, status } }) => [method, route, status])).toEqual(
    seen,
  );
  const logged = log.lines.filter(({ message }) => message === 'request');
  expect(logged.map(({ fields }) => fields.trace_id)).toEqual(tracing.spans.map(({ traceId }) => traceId));
});
