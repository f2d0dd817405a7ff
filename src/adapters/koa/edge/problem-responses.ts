import type { Context, Middleware } from 'koa';
import type { Log } from '../../../application/ports/log';
import { PROBLEM_TYPE, type Problem, type ProblemCatalogue, problemBody, RequestError } from './problem';

/** Turns whatever is thrown further in, and the router's bare 404 and 405, into problem details. */
export function problemResponses(catalogue: ProblemCatalogue, log: Log): Middleware {
  return async (ctx, next) => {
    try {
      await next();
      const missing = routingProblem(ctx);
      if (missing) respond(ctx, catalogue.problem(missing, ctx.method));
    } catch (error) {
      const problem = catalogue.problemOf(error, ctx.method);
      if (isOurs(error, problem, catalogue)) {
        const { requestId, traceId } = ctx.state;
        log.error('a request failed', {
          requestId,
          trace_id: traceId,
          code: problem.code,
          ...why(error, problem),
        });
      }
      respond(ctx, problem);
    }
  };
}

function isOurs(error: unknown, { status, code }: Problem, catalogue: ProblemCatalogue): boolean {
  return status >= 500 && !catalogue.type(code).isCommon && !(error instanceof RequestError);
}

/** A defect with all that is known of it; of a store that is away one line: a stack for each request says no more. */
function why(error: unknown, { status }: Problem): { err: unknown } | { reason: string } {
  if (status === 500) return { err: error };
  const { message, cause } = error as Error;
  return { reason: cause instanceof Error ? `${message}: ${cause.message}` : message };
}

/**
 * The router says 501 of a method that no route takes, with an empty `Allow` where the path is unknown as well; and
 * answers OPTIONS by itself, as if a route took it.
 */
function routingProblem(ctx: Context): string | undefined {
  if (ctx.method === 'OPTIONS' && ctx.status === 200) return 'method_not_allowed';
  if (ctx.body !== undefined && ctx.body !== null) return undefined;
  const knownPath = ctx.response.get('Allow') !== '';
  if (ctx.status === 404 || (ctx.status === 501 && !knownPath)) return 'not_found';
  return ctx.status === 405 || ctx.status === 501 ? 'method_not_allowed' : undefined;
}

function respond(ctx: Context, problem: Problem): void {
  ctx.status = problem.status;
  if (problem.status === 404) ctx.remove('Allow');
  if (leavesBodyOut(ctx, problem)) ctx.set('Connection', 'close');
  if (problem.retryAfterSeconds !== undefined) ctx.set('Retry-After', String(problem.retryAfterSeconds));
  ctx.body = problemBody(problem);
  ctx.set('Content-Type', PROBLEM_TYPE);
}

/**
 * Whether the connection has to end with this answer: the rest of a body that is too large would only be thrown away,
 * and a client that waits for `100 Continue` may send its body or its next request now; nobody can tell which.
 */
function leavesBodyOut({ req }: Context, { status }: Problem): boolean {
  return !req.complete && (status === 413 || req.headers.expect !== undefined);
}
