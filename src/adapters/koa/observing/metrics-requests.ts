import type { Middleware } from 'koa';
import type { RequestMetrics } from '../../../application/ports/request-metrics';

/** Reports every request that reaches the application. Not those refused before it: a broken head, a slow one. */
export function requestMetrics(metrics: RequestMetrics): Middleware {
  return async (ctx, next) => {
    const { method } = ctx;
    metrics.began(method);
    const began = performance.now();
    try {
      await next();
    } finally {
      const tookMs = performance.now() - began;
      metrics.ended({ method, route: ctx._matchedRoute, status: ctx.status, tookMs });
    }
  };
}
