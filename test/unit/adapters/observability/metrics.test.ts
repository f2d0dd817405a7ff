import { Distribution } from '../../../../src/adapters/observability/metrics/distribution';
import { DrainMetrics } from '../../../../src/adapters/observability/metrics/drain-metrics';
import { HttpRequestMetrics } from '../../../../src/adapters/observability/metrics/http-request-metrics';
import { LifecycleMetrics } from '../../../../src/adapters/observability/metrics/lifecycle-metrics';
import type { MetricFamily } from '../../../../src/adapters/observability/metrics/metric-family';
import { ServiceMetrics } from '../../../../src/adapters/observability/metrics/service-metrics';
import { requestMetricsContract } from '../../../contract/request-metrics.contract';

/** The samples of one family, as `label=value -> figure`. */
function figures(families: readonly MetricFamily[], name: string): Record<string, number> {
  const family = families.find((candidate) => candidate.name === name);
  const samples = family?.samples() ?? [];
  return Object.fromEntries(
    samples.map(({ labels, value }) => [Object.values(labels).join(' '), value] as const),
  );
}

describe('Distribution', () => {
  it('counts a value that equals a bound into the bucket below it, cumulatively', () => {
    const distribution = new Distribution([1, 2]);
    for (const value of [1, 1.5, 2, 3]) distribution.observe(value);
    const samples = distribution.samples('x').map(({ metricName, labels, value }) => {
      return [metricName, labels.le, value];
    });
    expect(samples).toEqual([
      ['x_bucket', 1, 1],
      ['x_bucket', 2, 3],
      ['x_bucket', '+Inf', 4],
      ['x_sum', undefined, 7.5],
      ['x_count', undefined, 4],
    ]);
  });
});

describe('HttpRequestMetrics', () => {
  const count = (metrics: HttpRequestMetrics) =>
    metrics
      .families()[0]
      ?.samples()
      .filter(({ metricName }) => metricName?.endsWith('_count')) ?? [];

  it('keeps one series a route, however many paths and methods clients invent', () => {
    const metrics = new HttpRequestMetrics();
    for (let request = 0; request < 1_000; request += 1) {
      const method = `INVENTED-${request}`;
      metrics.began(method);
      metrics.ended({ method, route: undefined, status: 404, tookMs: 1 });
    }
    expect(count(metrics).map(({ labels, value }) => [labels.http_request_method, value])).toEqual([
      ['_OTHER', 1_000],
    ]);
  });

  requestMetricsContract(() => {
    const metrics = new HttpRequestMetrics();
    const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
    return {
      metrics,
      active: () => sum(Object.values(figures(metrics.families(), 'http_server_active_requests'))),
      answered: () => sum(count(metrics).map(({ value }) => value)),
    };
  });

  it('counts what is being answered by method, and no longer what has been', () => {
    const metrics = new HttpRequestMetrics();
    for (const method of ['GET', 'POST', 'POST']) metrics.began(method);
    metrics.ended({ method: 'GET', route: '/health', status: 200, tookMs: 1 });
    expect(figures(metrics.families(), 'http_server_active_requests')).toEqual({
      'GET http': 0,
      'POST http': 2,
    });
  });

  it("says of the server's errors, and of nobody else's, which they were", () => {
    const metrics = new HttpRequestMetrics();
    for (const status of [201, 400, 503]) {
      metrics.began('POST');
      metrics.ended({ method: 'POST', route: '/work', status, tookMs: 1 });
    }
    const labels = { http_request_method: 'POST', url_scheme: 'http', http_route: '/work' };
    expect(count(metrics).map((sample) => sample.labels)).toEqual([
      { ...labels, http_response_status_code: 201 },
      { ...labels, http_response_status_code: 400 },
      { ...labels, http_response_status_code: 503, error_type: '503' },
    ]);
  });
});

describe('LifecycleMetrics', () => {
  it('shows exactly one phase, and what each component had to cut short', () => {
    const metrics = new LifecycleMetrics();
    metrics.observe({ type: 'phase-changed', phase: 'draining' });
    const report = { name: 'http-server', outcome: 'forced', tookMs: 1_500, forced: 3, figures: {} } as const;
    metrics.observe({ type: 'component-stopped', report });
    const families = metrics.families();
    expect(figures(families, 'lastcall_lifecycle_phase')).toEqual({
      starting: 0,
      ready: 0,
      draining: 1,
      stopped: 0,
    });
    expect(figures(families, 'lastcall_component_stop_seconds')).toEqual({ 'http-server': 1.5 });
    expect(figures(families, 'lastcall_forced_total')).toEqual({ 'http-server': 3 });
  });
});

describe('DrainMetrics', () => {
  const phases = (metrics: DrainMetrics) => figures(metrics.families(), 'lastcall_drain_phase_seconds');

  it('knows no phase before the shutdown', () => {
    expect(phases(new DrainMetrics())).toEqual({});
  });

  it('shows the phase under way with its time so far, and then the next', () => {
    const metrics = new DrainMetrics();
    metrics.observe({ type: 'shutdown-begun', reason: 'SIGTERM', timeoutMs: 9_000 });
    expect(Object.keys(phases(metrics))).toEqual(['delay']);
    metrics.listenerClosed(0);
    expect(Object.keys(phases(metrics))).toEqual(['delay', 'listener', 'requests']);
    metrics.drained();
    const { requests, disposal, listener } = phases(metrics);
    expect(listener).toBe(0);
    expect(requests).toBeGreaterThan(0);
    expect(disposal).toBeGreaterThan(0);
    expect(phases(metrics)).toMatchObject({ listener, requests });
  });
});

describe('ServiceMetrics', () => {
  it('prints every family with its help and type, and those of Node', async () => {
    const metrics = new ServiceMetrics();
    const jobs = metrics.intake.of('jobs');
    jobs.stored({ replayed: false });
    jobs.stored({ replayed: true });
    jobs.committed({ size: 2, tookMs: 3 });
    metrics.connections.watchPool(() => ({ total: 5, idle: 2, waiting: 7 }));
    const { contentType, text } = await metrics.render();
    expect(contentType).toBe('text/plain; version=0.0.4; charset=utf-8');
    for (const line of [
      '# TYPE http_server_request_duration_seconds histogram',
      'lastcall_jobs_created_total 1',
      'lastcall_jobs_replayed_total 1',
      'lastcall_commit_batch_size_bucket{resource="jobs",le="2"} 1',
      'lastcall_commit_duration_seconds_sum{resource="jobs"} 0.003',
      'lastcall_database_connections{state="used"} 3',
      'lastcall_database_connections{state="idle"} 2',
      'lastcall_database_waiting 7',
      '# TYPE nodejs_eventloop_lag_p99_seconds gauge',
    ]) {
      expect(text.split('\n')).toContain(line);
    }
  });
});
