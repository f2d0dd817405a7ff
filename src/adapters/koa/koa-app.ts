import Router from '@koa/router';
import Koa, { type Middleware } from 'koa';
import type { JobService } from '../../application/jobs/job-service';
import type { Log } from '../../application/ports/log';
import type { MetricsPage } from '../../application/ports/metrics-page';
import type { ReadinessProbe } from '../../application/ports/readiness-probe';
import type { RequestMetrics } from '../../application/ports/request-metrics';
import type { RequestTracing } from '../../application/ports/request-tracing';
import type { Lifecycle } from '../../domain/lifecycle/lifecycle';
import { docsRoutes } from './docs/docs-routes';
import { openApiRoutes } from './docs/openapi-routes';
import { healthRoutes } from './edge/health-routes';
import { problemResponses } from './edge/problem-responses';
import { strictRequest } from './edge/strict-request';
import { workRoutes } from './jobs/work-routes';
import { requestMetrics } from './observing/metrics-requests';
import { metricsRoutes } from './observing/metrics-routes';
import { requestLog } from './observing/request-log';
import { traceRequests } from './observing/trace-requests';

export interface KoaAppOptions {
  readonly jobs: JobService;
  readonly lifecycle: Lifecycle;
  readonly database: ReadinessProbe;
  /** Aborts when what is in flight must be given up. */
  readonly cancellation: AbortSignal;
  readonly log: Log;
  readonly requests?: RequestMetrics;
  /** Undefined: no spans are recorded; the caller's trace id is logged all the same. */
  readonly tracing?: RequestTracing | undefined;
  /** Undefined: there is no `/metrics` here; the figures may have a port of their own. */
  readonly metricsPage?: MetricsPage | undefined;
}

/** The HTTP interface as a Koa application; it knows nothing of listening, draining or signals. */
export function koaApp(options: KoaAppOptions): Koa {
  const { jobs, lifecycle, database, cancellation, log, requests, tracing, metricsPage } = options;
  // Exact paths only: `/WORK` or `/work/` would be further names for the same thing, for balancers' rules to miss.
  const router = new Router({ sensitive: true, strict: true });
  workRoutes(router, jobs, cancellation);
  healthRoutes(router, lifecycle, database);
  if (metricsPage) metricsRoutes(router, metricsPage);
  openApiRoutes(router, { metrics: metricsPage !== undefined });
  docsRoutes(router);

  const app = new Koa();
  // What reaches Koa's own handler is a response that could not be written: the client has gone.
  app.on('error', (error) => log.debug('a response could not be written', { err: error }));
  if (requests) app.use(requestMetrics(requests));
  app.use(traceRequests(tracing));
  app.use(requestLog(log));
  app.use(securityHeaders);
  app.use(problemResponses(log));
  app.use(strictRequest);
  app.use(router.routes());
  app.use(router.allowedMethods());
  return app;
}

const securityHeaders: Middleware = (ctx, next) => {
  ctx.set('X-Content-Type-Options', 'nosniff');
  ctx.set('Cache-Control', 'no-store');
  return next();
};
