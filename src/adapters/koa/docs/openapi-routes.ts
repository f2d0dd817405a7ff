import type Router from '@koa/router';
import { openApiDocument } from './openapi-document';

/** `GET /openapi.json`. */
export function openApiRoutes(router: Router, options: { readonly metrics: boolean }): void {
  let text: string | undefined;
  router.get('/openapi.json', (ctx) => {
    text ??= JSON.stringify(openApiDocument(options));
    ctx.type = 'application/json';
    ctx.body = text;
  });
}
