import Router from '@koa/router';
import Koa, { type Middleware } from 'koa';
import type { Log } from '../../application/ports/log';
import type { ProblemCatalogue } from './edge/problem';
import { problemResponses } from './edge/problem-responses';
import { mount, type RouteGroup } from './edge/routes';
import { strictRequest } from './edge/strict-request';
import { requestLog } from './observing/request-log';
import {
  measureRequests,
  type RequestMetrics,
  type RequestTracing,
  traceRequests,
} from './observing/request-observers';

export interface KoaAppOptions {
  readonly groups: readonly RouteGroup[];
  readonly problems: ProblemCatalogue;
  readonly log: Log;
  readonly requests?: RequestMetrics | undefined;
  /** Undefined: no spans are recorded; the caller's trace id is logged all the same. */
  readonly tracing?: RequestTracing | undefined;
}

/** The HTTP interface as a Koa application; it knows nothing of listening, draining, signals, or what its routes are about. */
export function koaApp({ groups, problems, log, requests, tracing }: KoaAppOptions): Koa {
  // Exact paths only: `/WORK` or `/work/` would be further names for the same thing, for balancers' rules to miss.
  const router = new Router({ sensitive: true, strict: true });
  mount(router, groups);
  const routes = groups.flatMap((group) => group.routes);
  const probes = new Set(routes.filter(({ isProbe }) => isProbe).map(({ path }) => path));

  const app = new Koa();
  // What reaches Koa's own handler is a response that could not be written: the client has gone.
  app.on('error', (error) => log.debug('a response could not be written', { err: error }));
  if (requests) app.use(measureRequests(requests));
  app.use(traceRequests(tracing));
  app.use(requestLog(log, probes));
  app.use(securityHeaders);
  app.use(problemResponses(problems, log));
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
