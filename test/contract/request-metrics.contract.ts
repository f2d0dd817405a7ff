import type { RequestMetrics } from '../../src/adapters/koa/observing/request-observers';

/** The contract of the port RequestMetrics; the figures are read in the adapter's own way. */
export function requestMetricsContract(
  build: () => { metrics: RequestMetrics; active: () => number; answered: () => number },
): void {
  it('balances: what has ended is no longer active, and is counted once', () => {
    const { metrics, active, answered } = build();
    for (const method of ['GET', 'POST', 'POST']) metrics.began(method);
    expect([active(), answered()]).toEqual([3, 0]);
    metrics.ended({ method: 'GET', route: '/health', status: 200, tookMs: 1 });
    metrics.ended({ method: 'POST', route: '/work', status: 201, tookMs: 2 });
    expect([active(), answered()]).toEqual([1, 2]);
  });

  it('takes a request without a route, and with a method that nobody knows', () => {
    const { metrics, active, answered } = build();
    metrics.began('BREW');
    metrics.ended({ method: 'BREW', route: undefined, status: 404, tookMs: 0 });
    expect([active(), answered()]).toEqual([0, 1]);
  });
}
