import type { IncomingHttpHeaders } from 'node:http';
import { Ajv2020 } from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { docsRoutes } from '../../src/adapters/koa/docs/docs-routes';
import { openApiDocument } from '../../src/adapters/koa/docs/openapi-document';
import { EDGE_PROBLEMS } from '../../src/adapters/koa/edge/edge-problems';
import { ProblemCatalogue } from '../../src/adapters/koa/edge/problem';
import { JOB_PROBLEMS, workRoutes } from '../../src/adapters/koa/jobs/work-routes';
import { healthRoutes } from '../../src/adapters/koa/observing/health-routes';
import { metricsRoutes } from '../../src/adapters/koa/observing/metrics-routes';
import { API_INFO } from '../../src/bootstrap/api-info';

/** What `fetch` gives, with its body read, or an answer of the raw client. */
export interface Answer {
  readonly status: number;
  /** Asked for lower-case names. */
  readonly headers: { get(name: string): string | null | undefined };
  readonly body: string;
}

/** The headers that `node:http` has received, for an {@link Answer}. */
export function headersOf(received: IncomingHttpHeaders): Answer['headers'] {
  return { get: (name) => received[name]?.toString() };
}

interface Operation {
  readonly responses: Readonly<Record<string, DescribedResponse | undefined>>;
}
interface DescribedResponse {
  readonly headers: Readonly<Record<string, { $ref: string }>>;
  readonly content: Readonly<Record<string, object | undefined>>;
}
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation | undefined>>>>;
  readonly components: { readonly headers: Readonly<Record<string, Header | undefined>> };
}
interface Header {
  readonly required?: boolean;
  readonly schema: object;
}

/** Routes that are described, and answer nobody. */
const never = undefined as never;
const groups = [
  workRoutes(never, never),
  healthRoutes(never, never),
  metricsRoutes(never),
  docsRoutes('lastcall', () => never),
];
const problems = new ProblemCatalogue([...JOB_PROBLEMS, ...EDGE_PROBLEMS]);

/** The service's own, without wiring a service for every test; test/observability holds the two against each other. */
export const document = openApiDocument(API_INFO, groups, problems) as Document;

// The document is no schema itself, it only holds some: hence not strict.
const ajv = new Ajv2020({ strict: false, allErrors: true, coerceTypes: false });
addFormats(ajv);
ajv.addSchema(document, 'openapi');

/** The ports at which this service answers, and no fixture. */
export const servicePorts = new Set<number>();

/**
 * Throws, saying why, unless the OpenAPI document describes this answer to `method path`: its status, media type, body
 * and headers. A path that the document does not have must be answered 404, a method 405, if not refused like any other.
 */
export function assertDescribed(method: string, path: string, answer: Answer): void {
  const what = `${method} ${path.slice(0, 200)}: ${answer.status} ${answer.body.slice(0, 200)}`;
  const hasBody = method !== 'HEAD';
  const template = templateOf(path);
  const operation = operationOf(method);
  if (template && document.paths[template]?.[operation]) {
    assertResponse([template, operation], answer, what, hasBody);
  } else if (answer.status === (template ? 405 : 404)) {
    if (template && !answer.headers.get('allow')) throw new Error(`Allow is missing: ${what}`);
    if (hasBody) check(ref('components', 'schemas', 'Problem'), JSON.parse(answer.body), what);
  } else if (answer.status < 400) {
    throw new Error(`no such operation: ${what}`);
  } else {
    // It can have nothing but what every request may be refused with.
    assertResponse(['/livez', 'get'], answer, what, hasBody);
  }
}

/** The same for an answer to bytes of which nobody can say what they ask for: it must be one that somebody may get. */
export function assertDescribedSomewhere(answer: Answer): void {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => [method.toUpperCase(), path] as const),
  );
  const asked = [...operations, ['GET', '/nothing'], ['PUT', '/livez']] as const;
  if (!asked.some(([method, path]) => isDescribed(method, path, answer))) {
    throw new Error(`described nowhere: ${answer.status} ${answer.body.slice(0, 200)}`);
  }
}

function isDescribed(method: string, path: string, answer: Answer): boolean {
  try {
    assertDescribed(method, path, answer);
    return true;
  } catch {
    return false;
  }
}

function assertResponse(
  [template, operation]: readonly [string, string],
  answer: Answer,
  what: string,
  hasBody: boolean,
): void {
  const response = document.paths[template]?.[operation]?.responses[answer.status];
  if (!response) throw new Error(`a status that is not described: ${what}`);
  const type = answer.headers.get('content-type')?.split(';', 1)[0] ?? '';
  if (!response.content[type]) throw new Error(`the media type "${type}" is not described: ${what}`);
  if (hasBody) {
    const pointer = ['paths', template, operation, 'responses', String(answer.status), 'content'];
    const body = type.endsWith('json') ? JSON.parse(answer.body) : answer.body;
    check(ref(...pointer, type, 'schema'), body, what);
  }
  for (const name of Object.keys(response.headers))
    checkHeader(name, answer.headers.get(name.toLowerCase()), what);
}

function checkHeader(name: string, value: string | null | undefined, what: string): void {
  const header = document.components.headers[name];
  if (!header) throw new Error(`${name} has no description: ${what}`);
  if (value === null || value === undefined) {
    if (header.required) throw new Error(`${name} is missing: ${what}`);
    return;
  }
  const numeric = (header.schema as { type?: string }).type === 'integer';
  check(ref('components', 'headers', name, 'schema'), numeric ? Number(value) : value, `${name} of ${what}`);
}

function check(pointer: string, value: unknown, what: string): void {
  const validate = ajv.getSchema(pointer);
  if (!validate) throw new Error(`no such schema: ${pointer}`);
  if (!validate(value)) throw new Error(`${ajv.errorsText(validate.errors)}: ${what}`);
}

function templateOf(path: string): string | undefined {
  const segments = (path.split('?', 1)[0] ?? '').split('/');
  return Object.keys(document.paths).find((template) => {
    const parts = template.split('/');
    return (
      parts.length === segments.length &&
      parts.every((part, index) => (part.startsWith('{') ? segments[index] !== '' : part === segments[index]))
    );
  });
}

/** HEAD is GET without the body. */
function operationOf(method: string): string {
  return method === 'HEAD' ? 'get' : method.toLowerCase();
}

/** A JSON pointer into the document (RFC 6901). */
function ref(...segments: string[]): string {
  const escaped = segments.map((segment) =>
    encodeURIComponent(segment.replaceAll('~', '~0').replaceAll('/', '~1')),
  );
  return `openapi#/${escaped.join('/')}`;
}
