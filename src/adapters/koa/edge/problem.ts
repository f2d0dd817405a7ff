import { STATUS_CODES } from 'node:http';
import { DomainError } from '../../../domain/domain-error';

/** The media type of problem details (RFC 9457, section 3). */
export const PROBLEM_TYPE = 'application/problem+json';

/**
 * A kind of answer that is not a success. Of these the table of errors, the OpenAPI document and the README are made. All of it
 * is written for clients.
 */
export interface ProblemType {
  /** Stable: clients may rely on it. Of a domain error it is the error's own. */
  readonly code: string;
  readonly status: number;
  /** When it is answered, for the documents; without a full stop. */
  readonly when: string;
  /** What the client reads. Undefined: what the error itself says, which was written for the client then. */
  readonly detail?: string;
  /** The same for a request that stores nothing. */
  readonly readDetail?: string;
  /** When trying again makes sense, in seconds (RFC 9110, section 10.2.3). */
  readonly retryAfterSeconds?: number;
  /** The request's own line of the log says it all: an error of its own for each would add to the trouble. */
  readonly isCommon?: boolean;
  /** Headers that an answer may have besides; in the OpenAPI document. */
  readonly headers?: readonly string[];
}

/** One answer that is not a success. */
export interface Problem {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly retryAfterSeconds?: number | undefined;
}

/** The request itself was wrong, or asks for what is not there; `detail` is written for the client. */
export class RequestError extends Error {
  /** @param detail undefined: what the problem's type says */
  constructor(
    readonly code: string,
    readonly detail?: string,
  ) {
    super(detail ?? code);
    this.name = 'RequestError';
  }
}

/** All problems that the service may answer with, by their codes. */
export class ProblemCatalogue {
  readonly #types = new Map<string, ProblemType>();

  /** @throws when two have the same code. */
  constructor(types: readonly ProblemType[]) {
    for (const type of types) {
      if (this.#types.has(type.code)) throw new Error(`two problems have the code ${type.code}`);
      this.#types.set(type.code, type);
    }
  }

  /** By status, then as they were given. */
  list(): readonly ProblemType[] {
    return [...this.#types.values()].sort((a, b) => a.status - b.status);
  }

  /** @throws when there is none with this code. */
  type(code: string): ProblemType {
    const type = this.#types.get(code);
    if (!type) throw new Error(`no problem has the code ${code}`);
    return type;
  }

  /** What the client of a request with `method` is told under `code`. */
  problem(code: string, method: string | undefined, said?: string): Problem {
    const { status, detail, readDetail, retryAfterSeconds } = this.type(code);
    const own = (isSafe(method) ? readDetail : undefined) ?? detail;
    return { status, code, detail: said ?? own ?? code, retryAfterSeconds };
  }

  /** What the client is told of an error. Messages that were not written for it never reach it; a code that is unknown is a defect. */
  problemOf(error: unknown, method: string): Problem {
    const isForeseen = error instanceof RequestError || error instanceof DomainError;
    const type = isForeseen ? this.#types.get(error.code) : undefined;
    if (!type || !isForeseen) return this.problem('internal_error', method);
    if (error instanceof RequestError) return this.problem(type.code, method, error.detail);
    return this.problem(type.code, method, type.detail === undefined ? error.message : undefined);
  }
}

/** The body (RFC 9457, section 3.1). Its type is the default `about:blank`, so the title is the status's phrase. */
export function problemBody({ status, code, detail }: Problem): string {
  return JSON.stringify({ title: STATUS_CODES[status], status, code, detail });
}

/** Whether a request with this method changes nothing (RFC 9110, section 9.2.1), so that nothing can have been stored. */
export function isSafe(method: string | undefined): boolean {
  return method === 'GET' || method === 'HEAD' || method === 'OPTIONS' || method === 'TRACE';
}
