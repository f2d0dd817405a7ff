import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import type Router from '@koa/router';
import type { Context } from 'koa';
import { RequestError } from '../edge/request-error';

/** What the page needs of swagger-ui-dist, and nothing else of it. */
const FILES: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css',
  'swagger-ui-bundle.js': 'text/javascript',
  'favicon-32x32.png': 'image/png',
};

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>lastcall API</title>
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
 * `GET /docs`: `/openapi.json` as a page, by Swagger UI, out of node_modules. Its package is an optional dependency,
 * and 12 MB: without it the page is 404. Nothing is loaded before the first visit.
 */
export function docsRoutes(router: Router): void {
  router.get('/docs', (ctx) => {
    swaggerUi();
    ctx.set('Content-Security-Policy', POLICY);
    ctx.type = 'text/html';
    ctx.body = PAGE;
  });
  router.get('/docs/start.js', (ctx) => {
    ctx.type = 'text/javascript';
    ctx.body = START;
  });
  router.get('/docs/:file', async (ctx) => {
    const file = ctx.params.file ?? '';
    const type = Object.hasOwn(FILES, file) ? FILES[file] : undefined;
    if (type === undefined) throw notFound();
    await sendFile(ctx, path.join(swaggerUi(), file), type);
  });
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
  return new RequestError(404, 'not_found', 'There is nothing at this path.');
}
