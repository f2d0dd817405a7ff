import { EXAMPLE_URL, parseConnectionUrl } from '../adapters/postgres/connection/connection-url';

/** Where everything is kept. */
export type StoreChoice =
  /** `environment`: the variables that fill in what the URL leaves out. */
  | { readonly kind: 'postgres'; readonly url: string; readonly environment: NodeJS.ProcessEnv }
  | { readonly kind: 'embedded'; readonly dataFolder: string }
  | { readonly kind: 'memory' };

/** In place of a URL: the embedded Postgres, by name. */
export const EMBEDDED = 'embedded:';

/** In place of a URL: nothing but the memory of this process. */
const MEMORY = 'memory:';

/**
 * What `DATABASE_URL` says: a Postgres URL, as libpq and pg have it, of which `environment` fills in what it leaves out; or a
 * store by its name.
 *
 * @throws Error that says what is wrong, and does not repeat it: it may hold a password.
 */
export function checkStore(input: string, environment: NodeJS.ProcessEnv): string {
  const name = input.trim();
  if (name === EMBEDDED || name === MEMORY) return name;
  if (name === '') {
    throw new Error(
      `is empty: set it to a URL like ${EXAMPLE_URL}, or to ${EMBEDDED} for a private Postgres`,
    );
  }
  parseConnectionUrl(input, environment);
  return input;
}

/** @param url as {@link checkStore} has it; undefined: the embedded Postgres */
export function storeChoice(
  url: string | undefined,
  dataFolder: string,
  environment: NodeJS.ProcessEnv,
): StoreChoice {
  if (url === MEMORY) return { kind: 'memory' };
  if (url === undefined || url === EMBEDDED) return { kind: 'embedded', dataFolder };
  const mayFillIn = Object.entries(environment).filter(([name]) => /^(PG.*|USER|USERNAME)$/.test(name));
  return { kind: 'postgres', url, environment: Object.fromEntries(mayFillIn) };
}
