import { Ajv2020 } from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { openApiDocument } from '../../src/adapters/http/openapi-document';

/** What `fetch` gives, with its body read, or an answer of the raw client. */
export interface Answer {
  readonly status: number;
  /** Asked for lower-case names. */
  readonly headers: { get(name: string): string | null | undefined };
  readonly body: string;
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

export const document = openApiDocument({ metrics: true }) as Document;

// The document is no schema itself, it only holds some: hence not strict.
const ajv = new Ajv2020({ strict: false, allErrors: true, coerceTypes: false });
addFormats(ajv);
ajv.addSchema(document, 'openapi');

/**
 * Throws, saying why, unless the OpenAPI document describes this answer to `method path`: its status, media type, body
 * and headers. Of a path or method that the document does not have, the answer must be 404 or 405.
 */
export function assertDescribed(method: string, path: string, answer: Answer): void {
  const what = `${method} ${path}: ${answer.status} ${answer.body.slice(0, 200)}`;
  const template = templateOf(path);
  const operation = template && document.paths[template]?.[operationOf(method)];
  if (!template || !operation) {
    if (answer.status !== 404 && answer.status !== 405) throw new Error(`no such operation: ${what}`);
    check(ref('components', 'schemas', 'Problem'), JSON.parse(answer.body), what);
    return;
  }
  const response = operation.responses[answer.status];
  if (!response) throw new Error(`a status that is not described: ${what}`);
  const type = answer.headers.get('content-type')?.split(';', 1)[0] ?? '';
  if (!response.content[type]) throw new Error(`the media type "${type}" is not described: ${what}`);
  const pointer = ['paths', template, operationOf(method), 'responses', String(answer.status), 'content'];
  const body = method === 'HEAD' ? undefined : type.endsWith('json') ? JSON.parse(answer.body) : answer.body;
  if (body !== undefined) check(ref(...pointer, type, 'schema'), body, what);
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

function check(schema: object, value: unknown, what: string): void {
  const validate = ajv.compile(schema);
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
function ref(...segments: string[]): { $ref: string } {
  const escaped = segments.map((segment) =>
    encodeURIComponent(segment.replaceAll('~', '~0').replaceAll('/', '~1')),
  );
  return { $ref: `openapi#/${escaped.join('/')}` };
}
