import type { RequestTracing } from '../../src/adapters/koa/observing/request-observers';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const request = (traceparent: string | undefined) => ({
  method: 'GET',
  path: '/nowhere',
  query: '',
  headers: { traceparent },
});
const EXCHANGE = { method: 'GET', route: undefined, status: 404, tookMs: 1 };

/** The contract of the port RequestTracing, for an adapter that can record. */
export function requestTracingContract(build: () => RequestTracing | Promise<RequestTracing>): void {
  it("continues the caller's trace", async () => {
    const tracing = await build();
    const span = tracing.began(request(`00-${TRACE}-00f067aa0ba902b7-01`));
    span?.ended(EXCHANGE);
    expect(span?.traceId).toBe(TRACE);
  });

  it.each([undefined, 'forged'])(
    'begins a trace of its own where the caller has none: %s',
    async (traceparent) => {
      const tracing = await build();
      const spans = [tracing.began(request(traceparent)), tracing.began(request(traceparent))];
      for (const span of spans) span?.ended(EXCHANGE);
      const ids = spans.map((span) => span?.traceId);
      for (const id of ids) expect(id).toMatch(/^(?!0{32})[0-9a-f]{32}$/);
      expect(ids[0]).not.toBe(ids[1]);
    },
  );
}
