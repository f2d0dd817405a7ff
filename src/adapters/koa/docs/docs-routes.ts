import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { Context } from 'koa';
import { answer, json, ref } from '../edge/openapi-parts';
import { RequestError } from '../edge/problem';
import type { RouteGroup } from '../edge/routes';

const TEXT = { type: 'string' };

/** What the page needs of swagger-ui-dist, and nothing else of it. */
const FILES: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css',
  'swagger-ui-bundle.js': 'text/javascript',
  'favicon-32x32.png': 'image/png',
};

const page = (title: string) => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} API</title>
<link rel="icon" type="image/png" href="docs/favicon-32x32.png">
<link rel="stylesheet" href="docs/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
`;

const START = "SwaggerUIBundle({ url: 'openapi.json', dom_id: '#swagger-ui', validatorUrl: null });\n";

/** Nothing from elsewhere. The page sets inline styles, and its CSS holds its icons. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; " +
  "base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/**
 * `GET /openapi.json`, and `GET /docs`: the same as a page, by Swagger UI, out of node_modules. Its package is an optional
 * dependency, and 12 MB: without it the page is 404. Nothing is loaded or made before the first visit.
 *
 * @param title what the service is called
 * @param document makes the document of all routes, these included
 */
export function docsRoutes(title: string, document: () => object): RouteGroup {
  let text: string | undefined;
  return {
    tag: 'Operations',
    parameters: { File: { name: 'file', in: 'path', required: true, schema: TEXT } },
    routes: [
      {
        method: 'get',
        path: '/openapi.json',
        handle: (ctx) => {
          text ??= JSON.stringify(document());
          ctx.type = 'application/json';
          ctx.body = text;
        },
        operation: {
          operationId: 'openApi',
          summary: 'This document.',
          responses: { 200: json('This document.', { type: 'object', required: ['openapi'] }) },
        },
      },
      {
        method: 'get',
        path: '/docs',
        handle: (ctx) => {
          swaggerUi();
          ctx.set('Content-Security-Policy', POLICY);
          ctx.type = 'text/html';
          ctx.body = page(title);
        },
        operation: {
          operationId: 'docs',
          summary: 'This document as a page.',
          responses: { 200: answer('The page.', ['text/html'], TEXT) },
          problems: ['not_found'],
        },
      },
      {
        method: 'get',
        path: '/docs/:file',
        handle: async (ctx) => {
          const file = ctx.params.file ?? '';
          if (file === 'start.js') {
            ctx.type = 'text/javascript';
            ctx.body = START;
            return;
          }
          const type = Object.hasOwn(FILES, file) ? FILES[file] : undefined;
          if (type === undefined) throw notFound();
          await sendFile(ctx, path.join(swaggerUi(), file), type);
        },
        operation: {
          operationId: 'docsFile',
          summary: 'What that page loads.',
          parameters: [ref('parameters', 'File')],
          responses: { 200: answer('The file.', ['text/css', 'text/javascript', 'image/png'], TEXT) },
          problems: ['not_found'],
        },
      },
    ],
  };
}

async function sendFile(ctx: Context, file: string, type: string): Promise<void> {
  // The package may have been replaced since the start.
  const found = await stat(file).catch(() => undefined);
  if (!found) throw notFound();
  ctx.length = found.size;
  ctx.type = type;
  ctx.set('Cache-Control', 'public, max-age=86400');
  ctx.body = createReadStream(file);
}

function swaggerUi(): string {
  try {
    return path.dirname(require.resolve('swagger-ui-dist/package.json'));
  } catch {
    throw notFound();
  }
}

function notFound(): RequestError {
  return new RequestError('not_found');
}
