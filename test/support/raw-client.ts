import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A parsed answer, as it came over the wire. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** How the server ended the connection: FIN, an error code such as `ECONNRESET`, or not yet. */
export type RawEnd = 'open' | 'fin' | string;

/**
 * A connection that says exactly what it is told to, byte by byte, and records all that comes back. Understands
 * answers with `Content-Length` or chunks, and skips `100 Continue` (see `sawContinue`).
 */
export class RawClient {
  end: RawEnd = 'open';
  readonly #socket: Socket;
  #received = '';

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (chunk) => {
      this.#received += chunk.toString('latin1');
    });
    socket.on('end', () => {
      this.end = 'fin';
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      this.end = error.code ?? error.message;
    });
  }

  /** Rejects with the error of the connect (`ECONNREFUSED`, ...). The client never half-closes by itself. */
  static async open(port: number, options: { readonly reading?: boolean } = {}): Promise<RawClient> {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    await once(socket, 'connect');
    const client = new RawClient(socket);
    if (options.reading === false) socket.pause();
    return client;
  }

  write(text: string): void {
    this.#socket.write(text, 'latin1');
  }

  /** Resolves once the kernel has taken the bytes. */
  async send(text: string): Promise<void> {
    await new Promise<void>((resolve) => this.#socket.write(text, 'latin1', () => resolve()));
  }

  get sawContinue(): boolean {
    return this.#received.startsWith('HTTP/1.1 100 Continue\r\n\r\n');
  }

  /** All that has come back so far, as it came. */
  get received(): string {
    return this.#received;
  }

  /** The complete answers so far. */
  get answers(): RawAnswer[] {
    return parseAnswers(this.#received);
  }

  /** Waits for `count` complete answers, or for the end of the connection. */
  async waitForAnswers(count: number, timeoutMs = 5_000): Promise<RawAnswer[]> {
    await waitFor(
      () => this.answers.length >= count || this.end !== 'open',
      timeoutMs,
      () => this.#received,
    );
    return this.answers;
  }

  /** Waits until the server has ended the connection, and then closes it too, as a well-behaved client does. */
  async waitForEnd(timeoutMs = 5_000): Promise<RawEnd> {
    await waitFor(
      () => this.end !== 'open',
      timeoutMs,
      () => this.#received,
    );
    this.halfClose();
    return this.end;
  }

  /** Sends a FIN and goes on reading. */
  halfClose(): void {
    this.#socket.end();
  }

  destroy(): void {
    this.#socket.destroy();
  }
}

/** Polls until the condition holds; throws with `what()` when it does not in time. */
export async function waitFor(
  condition: () => boolean,
  timeoutMs: number,
  what: () => string,
): Promise<void> {
  const until = performance.now() + timeoutMs;
  while (!condition()) {
    if (performance.now() > until) throw new Error(`not within ${timeoutMs} ms: ${what()}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

function parseAnswers(text: string): RawAnswer[] {
  const answers: RawAnswer[] = [];
  let rest = text;
  for (;;) {
    const headEnd = rest.indexOf('\r\n\r\n');
    if (headEnd < 0) return answers;
    const [statusLine = '', ...lines] = rest.slice(0, headEnd).split('\r\n');
    const headers = new Map<string, string>();
    for (const line of lines) {
      const colon = line.indexOf(':');
      headers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
    }
    const status = Number(statusLine.split(' ')[1]);
    rest = rest.slice(headEnd + 4);
    if (status === 100) continue;
    const body = takeBody(rest, headers);
    if (body === undefined) return answers;
    answers.push({ status, headers, body: body.text });
    rest = rest.slice(body.length);
  }
}

function takeBody(
  rest: string,
  headers: ReadonlyMap<string, string>,
): { text: string; length: number } | undefined {
  if (headers.get('transfer-encoding') !== 'chunked') {
    const length = Number(headers.get('content-length') ?? 0);
    return rest.length < length ? undefined : { text: rest.slice(0, length), length };
  }
  let at = 0;
  let text = '';
  for (;;) {
    const lineEnd = rest.indexOf('\r\n', at);
    if (lineEnd < 0) return undefined;
    const size = Number.parseInt(rest.slice(at, lineEnd), 16);
    const dataAt = lineEnd + 2;
    if (rest.length < dataAt + size + 2) return undefined;
    text += rest.slice(dataAt, dataAt + size);
    at = dataAt + size + 2;
    if (size === 0) return { text, length: at };
  }
}
