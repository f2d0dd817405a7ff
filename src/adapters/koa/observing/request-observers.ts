import type { Middleware } from 'koa';

/** A request that has been answered, or whose client has gone. */
export interface Exchange {
  readonly method: string;
  /** The template of the route (`/work/:id`), never the path: paths are without number. Undefined: no route. */
  readonly route: string | undefined;
  readonly status: number;
  readonly tookMs: number;
}

/** Is told of every request, on the hot path: it must cost next to nothing, and must not throw. */
export interface RequestMetrics {
  began(method: string): void;
  /** Once for each `began`, with the same method. */
  ended(exchange: Exchange): void;
}

/** One request's place in a distributed trace. */
export interface RequestSpan {
  /** 32 lower-case hexadecimal digits: the caller's trace, or a new one where it had none. */
  readonly traceId: string;
  ended(exchange: Exchange): void;
}

export interface TracedRequest {
  readonly method: string;
  readonly path: string;
  /** Without the question mark; empty where there is none. */
  readonly query: string;
  /** By lower-case names. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** Records a span for each request. Must not throw, and must not wait. */
export interface RequestTracing {
  /** Undefined where traces cannot be recorded. */
  began(request: TracedRequest): RequestSpan | undefined;
}

/** Reports every request that reaches the application. Not those refused before it: a broken head, a slow one. */
export function measureRequests(metrics: RequestMetrics): Middleware {
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

/** `version-traceid-parentid-flags`; versions above 00 may add fields behind a further dash. */
const TRACEPARENT = /^(?!ff)([\da-f]{2})-(?!0{32})([\da-f]{32})-(?!0{16})[\da-f]{16}-[\da-f]{2}(-.*)?$/;

/**
 * The trace id of a `traceparent` header (W3C Trace Context, section 3.2), or undefined where it is not valid: then
 * the specification has us go on as if there were none.
 */
export function traceIdOf(traceparent: string | undefined): string | undefined {
  const [, version, traceId, more] = traceparent?.match(TRACEPARENT) ?? [];
  return version === '00' && more !== undefined ? undefined : traceId;
}
