import { makeValidator } from 'envalid';
import { parseConnectionUrl } from '../adapters/postgres/connection-url';

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

/** A time in milliseconds. */
export const milliseconds = wholeNumber(0, MAX_MS);

/** A Postgres URL, as pg and libpq have it. The message does not repeat it: it may hold a password. */
export const postgresUrl = makeValidator<string>((input) => {
  parseConnectionUrl(input, {});
  return input;
});
