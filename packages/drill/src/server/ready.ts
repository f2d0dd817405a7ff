import http from 'node:http';
import https from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Endpoint, tlsOptions } from '../client/endpoint';
import type { RequestTemplate } from '../requests/request-template';
import { askOverH2 } from './ready-h2';

/** How a server is known to be ready. */
export interface ReadyCheck {
  /** For messages, such as `GET /healthz`. */
  readonly title: string;
  readonly timeoutMs: number;
  /** Resolves with `null` when it is, else with what it said instead, for a message. Never rejects. */
  ask(endpoint: Endpoint): Promise<string | null>;
}

/** Who is ready, or why nobody is. */
export type Readiness =
  | { readonly endpoint: Endpoint; readonly instead?: undefined }
  | { readonly endpoint: null /** What was said last; empty: nothing at all. */; readonly instead: string };

const EVERY_MS = 2;
const ANSWER_BOUND_MS = 1000;
const NO_ANSWER = 'it takes a connection, and does not answer within a second';

/**
 * Ready is who answers the request as expected, or, without one, who answers `GET /` at all.
 * @param h2 asks over HTTP/2: there are servers that speak nothing else
 */
export function readyCheck(template: RequestTemplate | null, timeoutMs: number, h2 = false): ReadyCheck {
  const { method, path, headers } = template?.parts('') ?? { method: 'GET', path: '/', headers: {} };
  const whatIsWrong = (status: number) =>
    (template?.expectation.isStatus(status) ?? true) ? null : `it answers ${status}`;
  return {
    title: `${method} ${path}${h2 ? ' over HTTP/2' : ''}`,
    timeoutMs,
    async ask(endpoint) {
      const { host, port, tls } = endpoint;
      if (h2) {
        const status = await askOverH2(endpoint, { method, path, headers }, ANSWER_BOUND_MS);
        return status === null ? 'it does not answer over HTTP/2' : whatIsWrong(status);
      }
      const { request: send } = tls === undefined ? http : https;
      const bound = AbortSignal.timeout(ANSWER_BOUND_MS);
      const target = { host, port, path, method, headers, agent: false, signal: bound } as const;
      return new Promise((resolve) => {
        const request = send({ ...target, ...(tls !== undefined && tlsOptions(tls)) }, (answer) => {
          answer.resume();
          const status = answer.statusCode ?? 0;
          answer.once('end', () => resolve(whatIsWrong(status)));
          answer.once('close', () => resolve(bound.aborted ? NO_ANSWER : 'its answer broke off'));
        });
        request.once('error', (error: NodeJS.ErrnoException) => {
          if (bound.aborted) resolve(NO_ANSWER);
          else resolve(error.code === 'ECONNREFUSED' ? '' : `the last attempt: ${error.message}`);
        });
        request.end();
      });
    },
  };
}

/** Asks until somebody is ready, the time is over, or `ended` resolves: nobody will be ready any more. */
export async function untilReady(
  check: ReadyCheck,
  endpoints: readonly Endpoint[],
  ended: Promise<unknown> | null,
): Promise<Readiness> {
  const until = performance.now() + check.timeoutMs;
  let isOver = false;
  let instead = '';
  void ended?.then(() => {
    isOver = true;
  });
  while (!isOver && performance.now() < until) {
    const answers: string[] = [];
    for (const endpoint of endpoints) {
      const answer = await check.ask(endpoint);
      if (answer === null && !isOver) return { endpoint };
      if (answer !== null && answer !== '') answers.push(answer);
    }
    instead = answers[0] ?? '';
    await sleep(EVERY_MS);
  }
  return { endpoint: null, instead };
}

/** In words for the user. */
export function notReady({ title, timeoutMs }: ReadyCheck, instead: string): string {
  const more = instead === '' ? '' : `; ${instead}`;
  return `did not answer ${title} as it should within ${timeoutMs / 1000} s${more}`;
}
