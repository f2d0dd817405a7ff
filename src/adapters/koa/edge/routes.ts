import type Router from '@koa/router';
import type { Context } from 'koa';

/** One operation: how it is answered, and how it is described. */
export interface Route {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** A template, as in `/work/:id`. Exactly this: no other case, no slash behind it. */
  readonly path: string;
  readonly handle: (ctx: Context) => void | Promise<void>;
  /** Asked again and again by machines: not worth a line of the log at its usual level. */
  readonly isProbe?: boolean;
  readonly operation: Operation;
}

/** An operation of the OpenAPI document. What it may be refused with follows from `problems`. */
export interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly parameters?: readonly object[];
  readonly requestBody?: object;
  /** By status: what is no problem. */
  readonly responses: Readonly<Record<number, object>>;
  /** The codes of its own problems; those that any request may meet are added. */
  readonly problems?: readonly string[];
}

/** Routes that belong together, and what their descriptions refer to. */
export interface RouteGroup {
  /** Under which the document shows them. */
  readonly tag: string;
  readonly routes: readonly Route[];
  readonly schemas?: Readonly<Record<string, object>>;
  readonly headers?: Readonly<Record<string, object>>;
  readonly parameters?: Readonly<Record<string, object>>;
}

/** Adds the routes of all groups. */
export function mount(router: Router, groups: readonly RouteGroup[]): void {
  for (const { method, path, handle } of groups.flatMap(({ routes }) => routes)) router[method](path, handle);
}

/**
 * Answers with `body` as JSON. Made into text here, because to Koa an object may also be a stream, a Blob or a fetch
 * Response: asking whether it is makes Node load its whole fetch, 20 ms into the first request.
 */
export function respondJson(ctx: Context, status: number, body: Readonly<Record<string, unknown>>): void {
  ctx.status = status;
  ctx.set('Content-Type', 'application/json; charset=utf-8');
  ctx.body = JSON.stringify(body);
}
