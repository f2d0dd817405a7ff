/** `version-traceid-parentid-flags`; versions above 00 may add fields behind a further dash. */
const TRACEPARENT = /^(?!ff)([\da-f]{2})-(?!0{32})([\da-f]{32})-(?!0{16})[\da-f]{16}-[\da-f]{2}(-.*)?$/;

/**
 * The trace id of a `traceparent` header (W3C Trace Context, section 3.2), or undefined where it is not valid: then
 * the specification has us go on as if there were none.
 */
export function traceIdOf(traceparent: string | undefined): string | undefined {
  const [, version, traceId, more] = traceparent?.match(TRACEPARENT) ?? [];
  return version === '00' && more !== undefined ? undefined : traceId;
}
