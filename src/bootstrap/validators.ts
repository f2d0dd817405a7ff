import { makeValidator } from 'envalid';
import { EXAMPLE_URL, parseConnectionUrl } from '../adapters/postgres/connection/connection-url';

/** 24 days: the longest that a Node timer can wait (2^31 - 1 ms). */
const MAX_MS = 2_147_483_647;

/** A whole number from `min` to `max`, in plain decimal digits. */
export function wholeNumber(min: number, max: number) {
  return makeValidator<number>((input) => {
    const value = /^\d+$/.test(input) ? Number(input) : Number.NaN;
    if (!(value >= min && value <= max)) {
      throw new Error(`must be a whole number from ${min} to ${max}, not "${input}"`);
    }
    return value;
  });
}

/** A time in milliseconds, of `min` at the least. */
export const milliseconds = (min: number) => wholeNumber(min, MAX_MS);

/** In place of a URL: the embedded Postgres, by name. */
export const EMBEDDED = 'embedded:';

/**
 * A Postgres URL, as libpq and pg have it, of which `environment` fills in what it leaves out; or {@link EMBEDDED}. The
 * message does not repeat it: it may hold a password.
 */
export function databaseUrl(environment: NodeJS.ProcessEnv) {
  return makeValidator<string>((input) => {
    if (input.trim() === EMBEDDED) return EMBEDDED;
    if (input.trim() === '') {
      throw new Error(
        `is empty: set it to a URL like ${EXAMPLE_URL}, or to ${EMBEDDED} for a private Postgres`,
      );
    }
    parseConnectionUrl(input, environment);
    return input;
  });
}
