import { type Agent, type IncomingHttpHeaders, request } from 'node:http';
import { assertDescribed, headersOf } from '../../support/openapi';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** The body to the byte, since a replay must repeat it so. */
  readonly text: string;
  readonly body: { readonly id: string; readonly name: string; readonly code?: string };
  readonly tookMs: number;
}

export interface PostOptions {
  readonly key?: string | undefined;
  readonly agent?: Agent | undefined;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/**
 * Sends one POST /work, and never again by itself. Rejects when no complete answer comes, or one that is not as the
 * OpenAPI document has it.
 */
export function post(port: number, name: string, options: PostOptions = {}): Promise<Answer> {
  return send(port, 'POST', '/work', JSON.stringify({ name }), options);
}

export function get(port: number, path: string): Promise<Answer> {
  return send(port, 'GET', path, '', {});
}

async function send(...request: Parameters<typeof answerTo>): Promise<Answer> {
  const [, method, path] = request;
  const answer = await answerTo(...request);
  const { status, headers, text } = answer;
  assertDescribed(method, path, { status, headers: headersOf(headers), body: text });
  return answer;
}

function answerTo(
  port: number,
  method: string,
  path: string,
  body: string,
  options: PostOptions,
): Promise<Answer> {
  const began = performance.now();
  const { key, agent, timeoutMs = 30_000, signal } = options;
  const headers = {
    ...(method === 'POST' && {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    }),
    ...(key !== undefined && { 'idempotency-key': key }),
  };
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: '127.0.0.1', port, method, path, headers, agent: agent ?? false, ...(signal && { signal }) },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('aborted', () => reject(new Error('the answer was cut off')));
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          const status = response.statusCode ?? 0;
          const tookMs = performance.now() - began;
          resolve({ status, headers: response.headers, text, body: JSON.parse(text), tookMs });
        });
      },
    );
    sent.setTimeout(timeoutMs, () => sent.destroy(new Error(`no answer within ${timeoutMs} ms`)));
    sent.on('error', reject);
    sent.end(body);
  });
}
