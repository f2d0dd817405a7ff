/** A response with a body of `schema`, in one of these media types, and headers that stand in the document by these names. */
export function answer(
  description: string,
  types: readonly string[],
  schema: object,
  headers: readonly string[] = [],
): object {
  const named = [...headers, 'X-Request-Id'].map((name) => [name, ref('headers', name)]);
  const content = Object.fromEntries(types.map((type) => [type, { schema }]));
  return { description, headers: Object.fromEntries(named), content };
}

export function json(description: string, schema: object, headers: readonly string[] = []): object {
  return answer(description, ['application/json'], schema, headers);
}

/** What stands in the document's components, by a group's own name for it. */
export function ref(kind: 'schemas' | 'headers' | 'parameters', name: string): { $ref: string } {
  return { $ref: `#/components/${kind}/${name}` };
}

export const UUID = { type: 'string', format: 'uuid' } as const;
