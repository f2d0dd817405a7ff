import type { Middleware } from 'koa';
import type { RequestMetrics } from '../../application/ports/request-metrics';

/** Reports every request that reaches the application. Not those refused before it: a broken head, a slow one. */
export function requestMetrics(metrics: RequestMetrics): Middleware {
  return async (ctx, next) => {
    metrics.began();
    const began = performance.now();
    try {
      await next();
    } finally {
      const { method, status } = ctx;
      metrics.ended({ method, route: ctx._matchedRoute, status, tookMs: performance.now() - began });
    }
  };
}
