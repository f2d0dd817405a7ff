import { ERROR_CODES } from '../../../domain/errors';
import { answer, COMPONENTS, json, ref, status } from './openapi-parts';
import { refusals } from './openapi-refusals';

// Not an import: from src and from dist the same path leads to it, and the bundle has it inside.
const { version } = require('../../../../package.json') as { version: string };

const JOB = ref('schemas', 'Job');

const submitWork = {
  operationId: 'submitWork',
  tags: ['Jobs'],
  summary: 'Store a job',
  description:
    'Answers 201 after the row has been committed, never before. Never dropped by a shutdown: a request that was ' +
    'taken in is answered, with `Connection: close`.',
  parameters: [ref('parameters', 'IdempotencyKey')],
  requestBody: { required: true, content: { 'application/json': { schema: ref('schemas', 'NewJob') } } },
  responses: {
    ...refusals({
      400: [ERROR_CODES.invalidJob, ERROR_CODES.invalidIdempotencyKey, 'malformed_json', 'malformed_body'],
      413: ['body_too_large'],
      415: ['unsupported_media_type'],
      422: [ERROR_CODES.idempotencyKeyReused],
      503: [ERROR_CODES.storeUnavailable, ERROR_CODES.storeOverloaded, ERROR_CODES.outcomeUnknown],
    }),
    201: json('The job is stored.', JOB, ['Location', 'Idempotent-Replayed']),
  },
};

const readWork = {
  operationId: 'readWork',
  tags: ['Jobs'],
  summary: 'Read a job back',
  parameters: [ref('parameters', 'Id')],
  responses: {
    ...refusals({
      400: [ERROR_CODES.invalidJob],
      404: ['job_not_found'],
      503: [ERROR_CODES.storeUnavailable, ERROR_CODES.storeOverloaded],
    }),
    200: json('The job.', JOB),
  },
};

/** One of the three health questions. Its 503 is a status, or a problem where a drain runs out of time. */
function probe(operationId: string, summary: string, unhealthy: readonly string[]) {
  const responses = refusals();
  const { content } = status('', ...unhealthy) as { content: object };
  const refused = responses[503] as { content: object };
  if (unhealthy.length > 0) responses[503] = { ...refused, content: { ...content, ...refused.content } };
  return { operationId, summary, tags: ['Health'], responses: { ...responses, 200: status('Yes.', 'ok') } };
}

const TEXT = { type: 'string' };
const DOCS_TYPES = ['text/css', 'text/javascript', 'image/png'];

const page = (operationId: string, summary: string, types: readonly string[], schema: object, own = {}) => ({
  operationId,
  summary,
  tags: ['Operations'],
  responses: { ...refusals(own), 200: answer(summary, types, schema) },
});

/** The page's package is optional. */
const MAY_BE_MISSING = { 404: ['not_found'] };

/**
 * The whole HTTP interface, as OpenAPI 3.1. Every answer of an operation is in it, those included that the server
 * gives before the application sees the request. A path that is not in it is answered 404, a method 405, unless the
 * request is refused for what any request may be.
 */
export function openApiDocument(options: { readonly metrics: boolean }): object {
  const paths = {
    '/work': { post: submitWork },
    '/work/{id}': { get: readWork },
    '/health': {
      get: probe('health', 'Should a load balancer send traffic?', ['shutting_down']),
    },
    '/livez': { get: probe('live', 'Does the process answer at all?', []) },
    '/readyz': {
      get: probe('ready', 'Can it do its work now?', ['shutting_down', 'starting', 'database_unavailable']),
    },
    ...(options.metrics && {
      '/metrics': { get: page('metrics', 'Figures for Prometheus.', ['text/plain'], TEXT) },
    }),
    '/openapi.json': {
      get: page('openApi', 'This document.', ['application/json'], { type: 'object', required: ['openapi'] }),
    },
    '/docs': { get: page('docs', 'This document as a page.', ['text/html'], TEXT, MAY_BE_MISSING) },
    '/docs/{file}': {
      get: {
        ...page('docsFile', 'What that page loads.', DOCS_TYPES, TEXT, MAY_BE_MISSING),
        parameters: [ref('parameters', 'File')],
      },
    },
  };
  return {
    openapi: '3.1.0',
    info: {
      title: 'lastcall',
      version,
      description:
        'Takes in jobs over HTTP, stores them in Postgres, and never drops one when it is told to stop.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    paths,
    components: COMPONENTS,
  };
}
