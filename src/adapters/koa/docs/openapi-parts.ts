import { IDEMPOTENCY_KEY_MAX_LENGTH } from '../../../domain/intake/idempotency-key';
import { JOB_NAME_MAX_LENGTH } from '../../../domain/jobs/job';
import { BODY_LIMIT_BYTES, CODINGS } from '../edge/json-body';
import { PROBLEM_TYPE } from '../edge/problem';

const UUID = { type: 'string', format: 'uuid' };
const NAME = { type: 'string', minLength: 1, maxLength: JOB_NAME_MAX_LENGTH };

const SCHEMAS = {
  NewJob: {
    description: `At most ${BODY_LIMIT_BYTES} bytes. Further members are ignored.`,
    type: 'object',
    required: ['name'],
    properties: {
      name: {
        ...NAME,
        description: 'Stored exactly as it was sent. Not blank; no control characters; no lone surrogates.',
      },
    },
  },
  Job: {
    type: 'object',
    required: ['id', 'name'],
    additionalProperties: false,
    properties: { id: { ...UUID, description: 'A UUIDv7.' }, name: NAME },
  },
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
  Location: { description: 'Where the job can be read.', required: true, schema: { type: 'string' } },
  'Idempotent-Replayed': {
    description: 'Present where an earlier request with the same Idempotency-Key had created the job.',
    schema: { const: 'true' },
  },
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
  Id: { name: 'id', in: 'path', required: true, schema: UUID },
  File: { name: 'file', in: 'path', required: true, schema: { type: 'string' } },
  IdempotencyKey: {
    name: 'Idempotency-Key',
    in: 'header',
    description:
      'Send the same key again, and the same job is answered instead of a second one: after a lost answer, say. ' +
      'Visible ASCII, bare or in quotes.',
    schema: { type: 'string', minLength: 1, maxLength: IDEMPOTENCY_KEY_MAX_LENGTH + 2 },
  },
};

export const COMPONENTS = { schemas: SCHEMAS, headers: HEADERS, parameters: PARAMETERS };

type Headers = readonly (keyof typeof HEADERS)[];
type Response = Readonly<Record<string, unknown>>;

/** A response with a body of `schema`, in one of these media types. */
export function answer(
  description: string,
  types: readonly string[],
  schema: object,
  headers: Headers = [],
): Response {
  const named = [...headers, 'X-Request-Id'].map((name) => [name, ref('headers', name)]);
  const content = Object.fromEntries(types.map((type) => [type, { schema }]));
  return { description, headers: Object.fromEntries(named), content };
}

export function json(description: string, schema: object, headers: Headers = []): Response {
  return answer(description, ['application/json'], schema, headers);
}

/** Problem details with one of `codes`. */
export function problem(description: string, codes: readonly string[], headers: Headers = []): Response {
  const code = { properties: { code: { enum: codes } } };
  return answer(description, [PROBLEM_TYPE], { allOf: [ref('schemas', 'Problem'), code] }, headers);
}

/** An answer of `/health` and its like. */
export function status(description: string, ...values: string[]): Response {
  return json(description, {
    type: 'object',
    required: ['status'],
    additionalProperties: false,
    properties: { status: { enum: values } },
  });
}

export function ref(kind: keyof typeof COMPONENTS, name: string): { $ref: string } {
  return { $ref: `#/components/${kind}/${name}` };
}
