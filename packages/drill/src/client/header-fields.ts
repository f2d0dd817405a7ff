import type http from 'node:http';
import type http2 from 'node:http2';

/** The fields of an answer, a text each; without those whose names begin with a colon, which HTTP/1 has in its first line. */
export function joined(
  headers: http.IncomingHttpHeaders | http2.IncomingHttpHeaders,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => !name.startsWith(':'))
      .map(([name, value]) => [name, [value ?? ''].flat().join(', ')]),
  );
}
