import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { messagesIn } from './http-messages';
import { assertDescribed, assertDescribedSomewhere, servicePorts } from './openapi';

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
 * answers with `Content-Length` or chunks, and skips `100 Continue` (see `sawContinue`). This service's own answers are
 * held against its OpenAPI document.
 */
export class RawClient {
  end: RawEnd = 'open';
  readonly #socket: Socket;
  readonly #isService: boolean;
  #sent = '';
  #received = '';
  #checked = 0;

  private constructor(socket: Socket, isService: boolean) {
    this.#socket = socket;
    this.#isService = isService;
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
  static async open(
    port: number,
    options: { readonly reading?: boolean; readonly tls?: boolean; readonly host?: string } = {},
  ): Promise<RawClient> {
    const target = { port, host: options.host ?? '127.0.0.1', allowHalfOpen: true };
    const socket = options.tls
      ? connectTls({ ...target, rejectUnauthorized: false } as ConnectionOptions)
      : connect(target);
    await once(socket, options.tls ? 'secureConnect' : 'connect');
    const client = new RawClient(socket, servicePorts.has(port));
    if (options.reading === false) socket.pause();
    return client;
  }

  write(text: string): void {
    this.#sent += text;
    this.#socket.write(text, 'latin1');
  }

  /** Resolves once the kernel has taken the bytes. */
  async send(text: string): Promise<void> {
    this.#sent += text;
    await new Promise<void>((resolve) => this.#socket.write(text, 'latin1', () => resolve()));
  }

  get sawContinue(): boolean {
    return this.#received.startsWith('HTTP/1.1 100 Continue\r\n\r\n');
  }

  /** All that has come back so far, as it came. */
  get received(): string {
    return this.#received;
  }

  /** The complete answers so far. Throws when one of them is not as the OpenAPI document has it. */
  get answers(): RawAnswer[] {
    return this.#checkedAnswers();
  }

  #checkedAnswers(): RawAnswer[] {
    const answers = answersIn(this.#received);
    if (!this.#isService || answers.length === this.#checked) return answers;
    const requests = requestsIn(this.#sent);
    for (const [index, answer] of answers.entries()) {
      if (index < this.#checked) continue;
      const request = requests[index];
      if (request) assertDescribed(request.method, request.path, answer);
      else assertDescribedSomewhere(answer);
    }
    this.#checked = answers.length;
    return answers;
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

  /**
   * Waits until the server has ended the connection, and then closes it too, as a well-behaved client does. Throws like
   * {@link answers}.
   */
  async waitForEnd(timeoutMs = 5_000): Promise<RawEnd> {
    await waitFor(
      () => this.end !== 'open',
      timeoutMs,
      () => this.#received,
    );
    this.halfClose();
    this.#checkedAnswers();
    return this.end;
  }

  /** Sends a FIN and goes on reading. */
  halfClose(): void {
    this.#socket.end();
  }

  /** Lets what comes next wait in the kernel's buffers, which are then soon full. */
  stopReading(): void {
    this.#socket.pause();
  }

  readOn(): void {
    this.#socket.resume();
  }

  /** Throws like {@link answers}. */
  destroy(): void {
    this.#socket.destroy();
    this.#checkedAnswers();
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

/** The complete answers in what came back. */
export function answersIn(received: string): RawAnswer[] {
  return messagesIn(received).flatMap(({ startLine, headers, body }) => {
    const status = Number(startLine.split(' ')[1]);
    return body === undefined || status === 100 ? [] : [{ status, headers, body }];
  });
}

/** Method and path of each request; undefined where they are not plainly to be read. */
function requestsIn(sent: string): ({ method: string; path: string } | undefined)[] {
  return messagesIn(sent).map(({ startLine }) => {
    const [, method, path] = /^([A-Z-]+) (\/\S*) HTTP\/\d\.\d$/.exec(startLine) ?? [];
    return method && path ? { method, path } : undefined;
  });
}
