import { InvalidIdempotencyKey } from './errors';

declare const brand: unique symbol;

/** What a client calls one request by, so that it may send it again (draft-ietf-httpapi-idempotency-key-header). */
export type IdempotencyKey = string & { readonly [brand]: 'IdempotencyKey' };

export const IDEMPOTENCY_KEY_MAX_LENGTH = 255;

const BARE = /^[\x21-\x7e]+$/;
/** A structured-field string (RFC 9651, section 3.3.3): printable ASCII, with `"` and `\` escaped. */
const QUOTED = /^"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"$/;

/**
 * The key from a header's value: bare (`8e03978e`), or the structured-field string of the draft (`"8e03978e"`),
 * which is the same key.
 * @throws {InvalidIdempotencyKey} unless it is 1 to 255 visible ASCII characters.
 */
export function parseIdempotencyKey(header: string): IdempotencyKey {
  const quoted = QUOTED.exec(header);
  const key = quoted?.[1] === undefined ? header : quoted[1].replace(/\\(["\\])/g, '$1');
  if (!BARE.test(key) || key.length > IDEMPOTENCY_KEY_MAX_LENGTH || (header.startsWith('"') && !quoted)) {
    throw new InvalidIdempotencyKey(
      `Idempotency-Key must be 1 to ${IDEMPOTENCY_KEY_MAX_LENGTH} visible ASCII characters, or those in quotes`,
    );
  }
  return key as IdempotencyKey;
}

/** A key as a resource uses it. */
export interface IdempotencyClaim {
  /** Which requests the key is told apart among: the same key in two scopes is two keys. No spaces. */
  readonly scope: string;
  readonly key: IdempotencyKey;
  /** What a repetition must repeat, made by the resource's own function. Stores keep a digest of it. */
  readonly fingerprint: string;
}

/**
 * The claim of a request that may bring a key.
 * @param header the value of `Idempotency-Key`; undefined where there is none
 * @throws {InvalidIdempotencyKey}
 */
export function claimOf(
  header: string | undefined,
  scope: string,
  fingerprint: string,
): IdempotencyClaim | undefined {
  return header === undefined ? undefined : { scope, key: parseIdempotencyKey(header), fingerprint };
}
