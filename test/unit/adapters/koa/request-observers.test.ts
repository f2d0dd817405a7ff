import { InMemoryRequestMetrics } from '../../../doubles/in-memory-request-metrics';
import { InMemoryRequestTracing } from '../../../doubles/in-memory-request-tracing';
import { serveApp } from './support';

it('tells metrics and traces of every request once, by its route and never by its path', async () => {
  const requests = new InMemoryRequestMetrics();
  const tracing = new InMemoryRequestTracing();
  const { log, ask, close } = await serveApp({ requests, tracing });
  for (const path of ['/health', '/work/no-uuid', '/nowhere']) await ask(path);
  await close();

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
