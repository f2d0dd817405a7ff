import { types } from 'node:util';
import { z } from 'zod';
import { suggestion } from './near';
import { type ScenarioWords, scenarioSchema } from './schema';

/** Something that the user has written cannot be understood. The message says where, and what would be. */
export class UsageError extends Error {}

/** How the place of a mistake, such as `requests[0].weight`, is named to the user. */
export type NamePlace = (path: string, steps: readonly PropertyKey[]) => string;

/** @throws UsageError that lists every mistake, a line each */
export function checkWords(value: unknown, place: NamePlace): ScenarioWords {
  const result = scenarioSchema.safeParse(value);
  if (result.success) return result.data;
  throw new UsageError(result.error.issues.map((issue) => inWords(issue, place)).join('\n'));
}

function inWords(issue: z.core.$ZodIssue, place: NamePlace): string {
  const placeOf = (steps: readonly PropertyKey[]) => place(z.core.toDotPath(steps), steps);
  if (issue.code !== 'unrecognized_keys') return `${placeOf(issue.path)}: ${whatIsWrong(issue)}`;
  const known = knownAt(issue.path);
  return issue.keys
    .map((key) => `${placeOf([...issue.path, key])}: unknown; ${suggestion(known, key)}`)
    .join('\n');
}

const KINDS: Record<string, string> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'names with their values, such as "trials: 20"',
  record: 'names with their values',
};

function whatIsWrong(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type' && issue.message.startsWith('Invalid input'))
    return `it should be ${KINDS[issue.expected] ?? issue.expected}`;
  if (issue.code === 'invalid_union' && issue.message === 'Invalid input') {
    const kinds = issue.errors.flat().map(whatIsWrong);
    return `it should be ${[...new Set(kinds.map((kind) => kind.replace('it should be ', '')))].join(', or ')}`;
  }
  return issue.message.startsWith('it should be ') ? issue.message : `it should be ${issue.message}`;
}

/** The members that an object of the scenario may have. */
function knownAt(path: readonly PropertyKey[]): string[] {
  let at: unknown = z.toJSONSchema(scenarioSchema, { unrepresentable: 'any' });
  for (const step of path) {
    const { properties, items } = at as { properties?: Record<string, unknown>; items?: unknown };
    at = typeof step === 'number' ? items : properties?.[String(step)];
  }
  return Object.keys((at as { properties?: object } | undefined)?.properties ?? {});
}

export function messageOf(error: unknown): string {
  // Of any realm.
  return types.isNativeError(error) ? error.message : String(error);
}
