import { once } from 'node:events';
import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { text } from 'node:stream/consumers';

export interface Told {
  readonly status: number | undefined;
  readonly connection: string | undefined;
  readonly body: string;
}

const BODY = JSON.stringify({ name: 'a job whose second half takes its time' });
const HALF = BODY.length / 2;

/** A client with one connection, which it keeps. */
export class KeptAliveClient {
  readonly #port: number;
  readonly #secure: boolean;
  readonly #agent: http.Agent;

  constructor(port: number, secure: boolean) {
    this.#port = port;
    this.#secure = secure;
    this.#agent = new (secure ? https : http).Agent({ keepAlive: true, maxSockets: 1 });
  }

  async health(): Promise<Told> {
    return told(this.#request('GET', '/health').end());
  }

  async work(): Promise<Told> {
    return told(this.#request('POST', '/work').end(BODY));
  }

  /** The head and half of the body, which the server has got when it resolves; the rest when `finish` is called. */
  async halfOfWork(): Promise<{ finish(): Promise<Told> }> {
    const request = this.#request('POST', '/work', { expect: '100-continue' });
    await once(request, 'continue');
    await new Promise((written) => request.write(BODY.slice(0, HALF), written));
    return { finish: () => told(request.end(BODY.slice(HALF))) };
  }

  #request(method: string, path: string, more: http.OutgoingHttpHeaders = {}): http.ClientRequest {
    const { request } = this.#secure ? https : http;
    const headers = {
      'content-type': 'application/json',
      ...(method === 'POST' && { 'content-length': BODY.length }),
      ...more,
    };
    const options = { agent: this.#agent, host: '127.0.0.1', port: this.#port, path, method, headers };
    return request({ ...options, ...(this.#secure && { rejectUnauthorized: false }) });
  }
}

async function told(request: http.ClientRequest): Promise<Told> {
  const [answer] = (await once(request, 'response')) as [IncomingMessage];
  const { statusCode, headers } = answer;
  return { status: statusCode, connection: headers.connection, body: await text(answer) };
}
