import type { Middleware } from 'koa';
import type { RequestTracing } from '../../../application/ports/request-tracing';
import { traceIdOf } from './trace-context';

/** Sets `ctx.state.traceId`, for the log lines, to the caller's trace id; and records a span where `tracing` does. */
export function traceRequests(tracing: RequestTracing | undefined): Middleware {
  if (!tracing) {
    return (ctx, next) => {
      ctx.state.traceId = traceIdOf(ctx.req.headers.traceparent as string | undefined);
      return next();
    };
  }
  return async (ctx, next) => {
    const began = performance.now();
    const { method, path, querystring: query, headers } = ctx;
    const span = tracing.began({ method, path, query, headers });
    ctx.state.traceId = span?.traceId ?? traceIdOf(headers.traceparent as string | undefined);
    try {
      await next();
    } finally {
      const tookMs = performance.now() - began;
      span?.ended({ method, route: ctx._matchedRoute, status: ctx.status, tookMs });
    }
  };
}
