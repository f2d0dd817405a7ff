import { randomUUID } from 'node:crypto';
import type { Middleware } from 'koa';
import type { Log } from '../../../application/ports/log';
import { tenths } from '../../../application/ports/log';

/** Printable and short, so that it can neither forge a log line nor bloat one. */
const WELL_FORMED = /^[\w.:+/=-]{1,128}$/;

/**
 * Gives each request an id, the client's own `X-Request-Id` where it is well-formed, and one log line. `trace_id` is
 * spelt as OpenTelemetry has it in logs of other formats, so that a log store finds the trace by itself.
 *
 * @param probes paths that machines ask every second, which says nothing new
 */
export function requestLog(log: Log, probes: ReadonlySet<string>): Middleware {
  return async (ctx, next) => {
    const began = performance.now();
    const sent = ctx.get('X-Request-Id');
    const requestId = WELL_FORMED.test(sent) ? sent : randomUUID();
    ctx.state.requestId = requestId;
    ctx.set('X-Request-Id', requestId);
    await next();
    const fields = {
      requestId,
      trace_id: ctx.state.traceId,
      method: ctx.method,
      path: ctx.path,
      status: ctx.status,
      tookMs: tenths(performance.now() - began),
    };
    if (probes.has(ctx.path)) log.debug('request', fields);
    else log.info('request', fields);
  };
}
