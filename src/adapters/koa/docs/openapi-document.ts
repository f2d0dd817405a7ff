import { ANYWHERE } from '../edge/edge-problems';
import { CODINGS } from '../edge/json-body';
import { answer, ref, UUID } from '../edge/openapi-parts';
import { PROBLEM_TYPE, type ProblemCatalogue, type ProblemType } from '../edge/problem';
import type { Route, RouteGroup } from '../edge/routes';
import { IDEMPOTENCY_KEY, STORED_HEADERS } from '../edge/taking-in';

/** The document's `info`: what the whole service is. */
export interface ApiInfo {
  readonly title: string;
  readonly version: string;
  readonly description: string;
  readonly license: { readonly name: string; readonly identifier: string };
}

const SCHEMAS = {
  Problem: {
    description: 'RFC 9457. `code` is stable, and what programs should look at; `detail` is for people.',
    type: 'object',
    required: ['title', 'status', 'code', 'detail'],
    properties: {
      title: { type: 'string' },
      status: { type: 'integer', minimum: 400, maximum: 599 },
      code: { type: 'string', pattern: '^[a-z][a-z_]*$' },
      detail: { type: 'string' },
    },
  },
};

const HEADERS = {
  ...STORED_HEADERS,
  'Accept-Encoding': {
    description: 'Present where it was the Content-Encoding that the service does not know.',
    schema: { const: CODINGS.join(', ') },
  },
  'Retry-After': {
    description: 'Seconds until it makes sense to ask again.',
    schema: { type: 'integer', minimum: 0 },
  },
  'X-Request-Id': {
    description: "The request's own, or a new one. In every log line about the request.",
    schema: { type: 'string' },
  },
};

const PARAMETERS = {
  IdempotencyKey: IDEMPOTENCY_KEY,
  Id: { name: 'id', in: 'path', required: true, schema: UUID },
};

/**
 * The whole HTTP interface, as OpenAPI 3.1. Every answer of an operation is in it, those included that the server
 * gives before the application sees the request. A path that is not in it is answered 404, a method 405, unless the
 * request is refused for what any request may be.
 *
 * @throws where a route names a problem that is not in the catalogue.
 */
export function openApiDocument(
  info: ApiInfo,
  groups: readonly RouteGroup[],
  catalogue: ProblemCatalogue,
): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const { tag, routes } of groups) {
    for (const route of routes) {
      const path = route.path.replace(/:([a-z]+)/g, '{$1}');
      paths[path] = { ...paths[path], [route.method]: operation(tag, route, catalogue) };
    }
  }
  const all = (kind: 'schemas' | 'headers' | 'parameters', own: object) =>
    Object.assign({}, ...groups.map((group) => group[kind]), own);
  return {
    openapi: '3.1.0',
    info,
    paths,
    components: {
      schemas: all('schemas', SCHEMAS),
      headers: all('headers', HEADERS),
      parameters: all('parameters', PARAMETERS),
    },
  };
}

function operation(
  tag: string,
  { operation: { problems = [], ...rest } }: Route,
  catalogue: ProblemCatalogue,
) {
  const responses: Record<string, object> = { ...rest.responses };
  const refused = new Set([...problems, ...ANYWHERE.map(({ code }) => code)]);
  const types = [...refused].map((code) => catalogue.type(code));
  for (const status of new Set(types.map((type) => type.status))) {
    const refusal = problemResponse(types.filter((type) => type.status === status));
    responses[status] = bothOf(responses[status], refusal);
  }
  return { ...rest, tags: [tag], responses };
}

/** Problem details with one of the codes. */
function problemResponse(types: readonly ProblemType[]): object {
  const description = types.map(({ when }) => when).join('; or ');
  const code = { properties: { code: { enum: types.map((type) => type.code) } } };
  const retry = types.some(({ retryAfterSeconds }) => retryAfterSeconds !== undefined) ? ['Retry-After'] : [];
  const headers = [...retry, ...types.flatMap((type) => type.headers ?? [])];
  const schema = { allOf: [ref('schemas', 'Problem'), code] };
  return answer(
    `${description.charAt(0).toUpperCase()}${description.slice(1)}.`,
    [PROBLEM_TYPE],
    schema,
    headers,
  );
}

/** A status that is an answer of its own, and a problem as well: a probe's 503, where a drain runs out of time. */
function bothOf(own: object | undefined, refusal: object): object {
  if (!own) return refusal;
  const content = { ...(own as { content: object }).content, ...(refusal as { content: object }).content };
  return { ...refusal, content };
}
