import type { Context } from 'koa';

/**
 * Answers with `body` as JSON. Made into text here, because to Koa an object may also be a stream, a Blob or a fetch
 * Response: asking whether it is makes Node load its whole fetch, 20 ms into the first request.
 */
export function respondJson(ctx: Context, status: number, body: Readonly<Record<string, unknown>>): void {
  ctx.status = status;
  ctx.set('Content-Type', 'application/json; charset=utf-8');
  ctx.body = JSON.stringify(body);
}
