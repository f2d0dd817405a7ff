import type { ApiInfo } from '../adapters/koa/docs/openapi-document';

// Not an import: from src and from dist the same path leads to it, and the bundle has it inside.
const { version } = require('../../package.json') as { version: string };

/** How the service introduces itself in the OpenAPI document. */
export const API_INFO: ApiInfo = {
  title: 'lastcall',
  version,
  description:
    'Takes in jobs over HTTP, stores them in Postgres, and never drops one when it is told to stop.',
  license: { name: 'MIT', identifier: 'MIT' },
};
