/** A request that has been answered, or whose client has gone. */
export interface Exchange {
  readonly method: string;
  /** The template of the route; undefined where there is none. */
  readonly route: string | undefined;
  readonly status: number;
  readonly tookMs: number;
}

/** What OpenTelemetry's conventions know (HTTP spans, `http.request.method`): a client may invent methods without number. */
const KNOWN_METHODS = new Set([
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'DELETE',
  'PATCH',
  'OPTIONS',
  'TRACE',
  'CONNECT',
]);

/** What the conventions call a method that they do not know. */
export const OTHER_METHOD = '_OTHER';

/** What this server speaks; TLS ends at the balancer. */
export const URL_SCHEME = 'http';

/** `http.request.method`. */
export function knownMethod(method: string): string {
  return KNOWN_METHODS.has(method) ? method : OTHER_METHOD;
}

/** `error.type`: of what the server did wrong, the status; undefined where it did nothing wrong. */
export function errorType(status: number): string | undefined {
  return status >= 500 ? String(status) : undefined;
}
