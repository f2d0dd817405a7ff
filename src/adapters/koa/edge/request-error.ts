import type { Problem } from './problem';

/** The request itself was wrong, as HTTP or as JSON: it never got as far as the application. */
export class RequestError extends Error {
  readonly problem: Problem;

  constructor(status: number, code: string, detail: string) {
    super(detail);
    this.name = 'RequestError';
    this.problem = { status, code, detail };
  }
}
