import net from 'node:net';
import tls from 'node:tls';
import type { Observation } from '../accounting/observation';
import { AnswerReader } from './answer-reader';
import { Exchange } from './exchange';
import type { ConnectionSpan, Recorder } from './recorder';

export interface ConnectionOptions {
  readonly port: number;
  /** Over TLS, whatever the certificate. A request can be lost only when the handshake is over. */
  readonly secure?: boolean;
  readonly client: number;
  readonly recorder: Recorder;
  /** Aborted once the server has gone; a handshake still waiting for it is given up then. */
  readonly gone: AbortSignal;
}

/** An established connection that hears nothing this long after the server's exit is cut. */
const SILENCE_AFTER_EXIT_MS = 2000;

/**
 * A client's TCP connection, on which the drill knows of every byte whether the kernel has taken it. Requests may be
 * pipelined; answers go to them in order.
 */
export class Connection {
  readonly #recorder: Recorder;
  readonly #span: ConnectionSpan;
  readonly #socket: net.Socket;
  readonly #reader = new AnswerReader();
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
    const address = { port: options.port, host: '127.0.0.1' };
    this.#socket =
      options.secure === true
        ? tls.connect({ ...address, rejectUnauthorized: false }).setNoDelay(true)
        : net.connect({ ...address, noDelay: true });
    this.opened = new Promise((resolve) => {
      this.#socket.once(options.secure === true ? 'secureConnect' : 'connect', () => {
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
    this.#watch(options.gone);
  }

  /** Nothing speaks against sending: established, not ended, and no `Connection: close` was read. */
  get isUsable(): boolean {
    return this.#span.connectedAt !== null && this.#over === null && !this.#closing;
  }

  /** Announces a request whose bytes follow through `write`. Its answer is the next one that is still unclaimed. */
  begin(kind: Observation['kind']): Exchange {
    const seen = this.#recorder.observe(kind, this.#span.client, this.#span.id);
    seen.connectedAt = this.#span.connectedAt;
    const exchange = new Exchange(seen, () => this.#recorder.now());
    if (this.#over === null) this.#waiting.push(exchange);
    else exchange.fail(this.#over);
    return exchange;
  }

  /** Writes part of a request. Bytes count once the kernel has taken them; a failed write counts none. */
  write(exchange: Exchange, bytes: Buffer, last = true): void {
    if (exchange.isOver || this.#over !== null) return;
    const at = this.#recorder.now();
    this.#socket.write(bytes, (error) => {
      if (error !== null && error !== undefined) return;
      exchange.wrote(bytes.length, at);
      if (last) exchange.sent(at);
    });
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

  #read(bytes: Buffer): void {
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

  #ended(): void {
    const answer = this.#reader.end();
    if (answer !== null) this.#waiting.shift()?.answer(answer);
    this.#finish('FIN');
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

  #watch(gone: AbortSignal): void {
    const cut = () => {
      if (this.#span.connectedAt === null) this.#giveUp('no handshake before the exit');
      else setTimeout(() => this.#giveUp('silence after the exit'), SILENCE_AFTER_EXIT_MS).unref();
    };
    if (gone.aborted) cut();
    else gone.addEventListener('abort', cut, { once: true });
    this.#socket.once('close', () => gone.removeEventListener('abort', cut));
  }

  #giveUp(why: string): void {
    this.#finish(why);
    this.#socket.destroy();
  }
}
