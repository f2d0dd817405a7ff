import type { Context, Middleware } from 'koa';
import type { Log } from '../../application/ports/log';
import { toProblem } from './error-response';
import { PROBLEM_TYPE, type Problem, problemBody } from './problem';

/** Turns whatever is thrown further in, and the router's bare 404 and 405, into problem details. */
export function problemResponses(log: Log): Middleware {
  return async (ctx, next) => {
    try {
      await next();
      const missing = routingProblem(ctx);
      if (missing) respond(ctx, missing);
    } catch (error) {
      const problem = toProblem(error);
      if (problem.status >= 500) {
        log.error('a request failed', { requestId: ctx.state.requestId, code: problem.code, err: error });
      }
      respond(ctx, problem);
    }
  };
}

function routingProblem(ctx: Context): Problem | undefined {
  if (ctx.body !== undefined && ctx.body !== null) return undefined;
  if (ctx.status === 404) return { status: 404, code: 'not_found', detail: 'There is nothing at this path.' };
  if (ctx.status === 405 || ctx.status === 501) {
    return {
      status: 405,
      code: 'method_not_allowed',
      detail: 'This path does not take this method; see Allow.',
    };
  }
  return undefined;
}

function respond(ctx: Context, problem: Problem): void {
  ctx.status = problem.status;
  if (problem.retryAfterSeconds !== undefined) ctx.set('Retry-After', String(problem.retryAfterSeconds));
  ctx.body = JSON.stringify(problemBody(problem));
  ctx.set('Content-Type', PROBLEM_TYPE);
}
