import { STATUS_CODES } from 'node:http';

/** The media type of problem details (RFC 9457, section 3). */
export const PROBLEM_TYPE = 'application/problem+json';

/** An answer that is not a success. All of it is written for clients: no internal message belongs in `detail`. */
export interface Problem {
  readonly status: number;
  /** Stable: clients may rely on it. */
  readonly code: string;
  readonly detail: string;
  /** When trying again makes sense, in seconds (RFC 9110, section 10.2.3). */
  readonly retryAfterSeconds?: number;
}

/** The body (RFC 9457, section 3.1). Its type is the default `about:blank`, so the title is the status's phrase. */
export function problemBody({ status, code, detail }: Problem): Record<string, unknown> {
  return { title: STATUS_CODES[status], status, code, detail };
}

/** Whether a request with this method changes nothing (RFC 9110, section 9.2.1), so that nothing can have been stored. */
export function isSafe(method: string | undefined): boolean {
  return method === 'GET' || method === 'HEAD' || method === 'OPTIONS' || method === 'TRACE';
}
