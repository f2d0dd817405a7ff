import { once } from 'node:events';
import { Agent, request } from 'node:http';
import * as undici from 'undici';

/** What became of one request: its status, or the code of the error. */
export type Outcome = number | string;

/** GET, which may be repeated by whoever carries it, and POST, which may not (RFC 9110, 9.2.2). */
export type Method = 'GET' | 'POST';

/** Sends one request with the given `X-Id` to the port. */
export type Client = (port: number, method: Method, id: string) => Promise<Outcome>;

/** `fetch` over a pool of kept-alive connections. */
export function fetchClient(): Client {
  const dispatcher = new undici.Agent({ connections: 8, keepAliveTimeout: 60_000 });
  return async (port, method, id) => {
    try {
      const answer = await undici.fetch(`http://127.0.0.1:${port}/`, {
        method,
        headers: { 'x-id': id },
        ...(method === 'POST' && { body: 'x' }),
        dispatcher,
      });
      await answer.text();
      return answer.status;
    } catch (error) {
      const { cause } = error as { cause?: { code?: string } };
      return cause?.code ?? String(error);
    }
  };
}

/** node:http with a keep-alive agent. */
export function agentClient(): Client {
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });
  return (port, method, id) =>
    new Promise((resolve) => {
      const sent = request({ port, host: '127.0.0.1', method, agent, headers: { 'x-id': id } });
      sent.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
      sent.on('response', async (answer) => {
        answer.resume();
        await once(answer, 'close');
        resolve(answer.statusCode ?? 0);
      });
      sent.end(method === 'POST' ? 'x' : undefined);
    });
}
