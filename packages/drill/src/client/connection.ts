import type net from 'node:net';
import type { Observation } from '../accounting/observation';
import type { RequestTemplate } from '../requests/request-template';
import { watchExit } from './after-exit';
import { AnswerReader } from './answer-reader';
import { connectTo, type Endpoint } from './endpoint';
import { Exchange } from './exchange';
import type { ConnectionSpan, Recorder } from './recorder';

export interface ConnectionOptions {
  /** Over TLS a request can be lost only when the handshake is over. */
  readonly endpoint: Endpoint;
  readonly client: number;
  readonly recorder: Recorder;
  /** Aborted once the server has gone; a handshake still waiting for it is given up then. */
  readonly gone: AbortSignal;
}

const LARGE = 64 * 1024;
const FIRST_PART = 16 * 1024;

/**
 * A client's TCP connection, on which the drill knows of every byte whether the kernel has taken it. Requests may be
 * pipelined; answers go to them in order.
 */
export class Connection {
  readonly #recorder: Recorder;
  readonly #span: ConnectionSpan;
  readonly #socket: net.Socket;
  readonly #reader = new AnswerReader((number) => this.#waiting[number]?.template.method === 'HEAD');
  readonly #waiting: Exchange[] = [];
  #over: string | null = null;
  #closing = false;
  /** Resolves with whether the connection was established. Never rejects. */
  readonly opened: Promise<boolean>;
  /** Resolves when the server has ended or reset the connection, or the client has closed it. */
  readonly closed: Promise<void>;

  constructor(options: ConnectionOptions) {
    this.#recorder = options.recorder;
    this.#span = options.recorder.connection(options.client);
    this.#socket = connectTo(options.endpoint, { allowHalfOpen: true });
    this.opened = new Promise((resolve) => {
      this.#socket.once(options.endpoint.tls === undefined ? 'connect' : 'secureConnect', () => {
        this.#span.connectedAt = this.#recorder.now();
        resolve(true);
      });
      this.#socket.once('close', () => resolve(false));
    });
    this.closed = new Promise((resolve) => this.#socket.once('close', () => resolve()));
    this.#socket.on('data', (bytes) => this.#read(bytes));
    this.#socket.on('end', () => this.#ended());
    this.#socket.on('error', (error: NodeJS.ErrnoException) => this.#finish(error.code ?? error.message));
    this.#socket.on('close', () => this.#finish('closed'));
    const unwatch = watchExit(
      options.gone,
      () => this.#span.connectedAt !== null,
      (why) => this.#giveUp(why),
    );
    this.#socket.once('close', unwatch);
  }

  /** Nothing speaks against sending: established, not ended, and no `Connection: close` was read. */
  get isUsable(): boolean {
    return this.#span.connectedAt !== null && this.#over === null && !this.#closing;
  }

  /** Announces a request whose bytes follow through `write`. Its answer is the next one that is still unclaimed. */
  begin(template: RequestTemplate, kind: Observation['kind'] = 'request'): Exchange {
    const seen = this.#recorder.observe(kind, template, this.#span.client, this.#span.id);
    seen.connectedAt = this.#span.connectedAt;
    const exchange = new Exchange(seen, template, () => this.#recorder.now());
    if (this.#over === null) this.#waiting.push(exchange);
    else exchange.fail(this.#over);
    return exchange;
  }

  /** Writes part of a request. Bytes count once the kernel has taken them; a failed write counts none. */
  write(exchange: Exchange, bytes: Buffer, last = true): void {
    if (exchange.isOver || this.#over !== null) return;
    // Of a write that fails nobody says how much the kernel took: the first part of a large one is a write of its own.
    if (bytes.length > LARGE) this.#write(exchange, bytes.subarray(0, FIRST_PART), false);
    this.#write(exchange, bytes.length > LARGE ? bytes.subarray(FIRST_PART) : bytes, last);
  }

  /**
   * Sends all that `writes` writes in one system call. A process that loses the CPU between two writes would send the
   * second much later, when the server may have answered the first with `Connection: close`, and rightly so.
   */
  together(writes: () => void): void {
    this.#socket.cork();
    writes();
    this.#socket.uncork();
  }

  /** Closes from the client's side, with FIN. */
  close(): void {
    if (this.#over === null) this.#finish('client');
    this.#socket.destroySoon();
  }

  #write(exchange: Exchange, bytes: Buffer, last: boolean): void {
    const at = this.#recorder.now();
    this.#socket.write(bytes, (error) => {
      if (error !== null && error !== undefined) return;
      exchange.wrote(bytes.length, at);
      if (last) exchange.sent(at);
    });
  }

  #read(bytes: Buffer): void {
    this.#span.firstReadAt ??= this.#recorder.now();
    try {
      for (const answer of this.#reader.read(bytes)) {
        this.#closing ||= answer.closing || answer.status === 408;
        this.#waiting.shift()?.answer(answer);
      }
    } catch (error) {
      this.#finish(error instanceof Error ? error.message : String(error));
      this.#socket.destroy();
    }
  }

  /**
   * A reset that comes together with the last bytes is reported by libuv like a proper end. Where that end would make an answer
   * complete, a write tells them apart: only after a reset does it fail, and the failure ends the connection.
   */
  #ended(): void {
    const answer = this.#reader.end();
    if (answer === null) this.#finish('FIN');
    else
      this.#socket.write('\r\n', (error) => {
        if (error !== null && error !== undefined) return;
        this.#waiting.shift()?.answer(answer);
        this.#finish('FIN');
      });
    this.#socket.end();
  }

  #finish(how: string): void {
    if (this.#over !== null) return;
    this.#over = how;
    this.#span.endedAt = this.#recorder.now();
    this.#span.end = how;
    // A write that the kernel took reports it in its callback, which may still be due: count it before the fate is fixed.
    setImmediate(() => {
      for (const exchange of this.#waiting.splice(0)) exchange.fail(how);
    });
  }

  #giveUp(why: string): void {
    this.#finish(why);
    this.#socket.destroy();
  }
}
