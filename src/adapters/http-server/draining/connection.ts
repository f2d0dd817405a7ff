import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { discardInput } from './discard-input';
import type { RefusalKind, Refusals } from './refusals';

interface ConnectionOptions {
  readonly refusals: Refusals;
  readonly peerFinTimeoutMs: number;
  readonly stalledBodyTimeoutMs: number;
  readonly discardTimeoutMs: number;
  /** Called when a response is over: answered, or cut. */
  readonly onOver: (connection: Connection, response: ServerResponse) => void;
}

/**
 * Where a connection is in its life. It only ever goes forward:
 *
 * ```
 *          stopReading                   lingeringClose
 * open ─┬───────────────▶ read-closed ───┬───────────────▶ lingering ──▶ closed
 *       │     upgrade                    │                                ▲
 *       ├───────────────▶ upgraded ──────┤          the socket's end,     │
 *       └────────────────────────────────┘          from anywhere ────────┘
 * ```
 *
 * - `open`: requests are read and answered;
 * - `read-closed`: no further request is read, what is outstanding is still answered;
 * - `upgraded`: it speaks another protocol, and what goes on in it is not ours to know;
 * - `lingering`: our FIN is sent, and what the peer still says is thrown away until its own FIN comes (a lingering close);
 * - `closed`: the socket is gone.
 */
export type ConnectionState = 'open' | 'read-closed' | 'upgraded' | 'lingering' | 'closed';

/** An established connection: what is outstanding on it, and how it ends. */
export class Connection {
  /** Responses that are not over, in the order of their requests, which is the order of their answers. */
  readonly responses: ServerResponse[] = [];
  /** The one listener of every response on this connection, so that a request costs no closure. */
  readonly onResponseClose = () => this.#responseOver();
  readonly #options: ConnectionOptions;
  #state: ConnectionState = 'open';
  #peerTimeoutMs: number;
  /** What is to be said, before the FIN, after everything that is outstanding. */
  #closingBytes: string | undefined;

  constructor(
    readonly socket: Socket,
    options: ConnectionOptions,
  ) {
    this.#options = options;
    this.#peerTimeoutMs = options.peerFinTimeoutMs;
    // http.Server calls this after an answer with `Connection: close`; its own one closes with the client's bytes
    // unread, an RST.
    socket.destroySoon = () => {
      // Answered early (413): the client is writing, and may pause for longer than a FIN takes to come back.
      if (this.responses[0]?.req.complete === false) this.#peerTimeoutMs = options.stalledBodyTimeoutMs;
      this.lingeringClose();
    };
  }

  get state(): ConnectionState {
    return this.socket.destroyed ? 'closed' : this.#state;
  }

  /** Our FIN has been sent, or the connection is broken. */
  get isClosing(): boolean {
    return this.state === 'lingering' || this.state === 'closed';
  }

  /** Whether a request that arrives now can get its answer; no other one is looked at. */
  get takesRequests(): boolean {
    return this.state === 'open' && !this.socket.writableEnded;
  }

  /** A handler has taken the socket with `response.detachSocket`, or it was upgraded. */
  get isHijacked(): boolean {
    const front = this.responses[0];
    const detached = front !== undefined && front.socket === null && !front.writableFinished;
    return detached || this.#state === 'upgraded';
  }

  /** Whether an answer with `Connection: close` may be the last thing said: not if a refusal is to follow it. */
  get mayCloseWithAnswer(): boolean {
    return this.#closingBytes === undefined;
  }

  upgrade(): void {
    if (this.#state === 'open') this.#state = 'upgraded';
  }

  /** Reads no further request. What is outstanding is still answered. */
  stopReading(): void {
    if (this.#state !== 'open') return;
    this.#state = 'read-closed';
    discardInput(this.socket);
  }

  /**
   * Says no to the request that is arriving, and closes. Requests before it are answered first. Does nothing on a
   * connection that takes no requests any more.
   */
  refuse(kind: RefusalKind): void {
    if (!this.takesRequests) return;
    this.stopReading();
    const { refusals } = this.#options;
    const newest = this.responses.at(-1);
    if (newest === undefined) {
      this.lingeringClose(refusals.bytes(kind));
      return;
    }
    if (newest.req.complete) {
      this.#closingBytes = refusals.bytes(kind);
      return;
    }
    // Half a body: its handler is waiting for the rest, and hears of the abort when the socket closes.
    this.#closingBytes = '';
    if (!newest.headersSent) refusals.inPlaceOfHandler(newest, kind, true);
  }

  /**
   * Half-closes, after `bytes`, then reads and throws away until the peer's FIN, so that the kernel never turns what was
   * answered into an RST (RFC 9112, 9.6). A peer that falls silent without one, or never stops, is cut off in the end.
   */
  lingeringClose(bytes = ''): void {
    if (this.isClosing) return;
    const { isHijacked, socket } = this;
    const { discardTimeoutMs, peerFinTimeoutMs } = this.#options;
    const destroy = () => socket.destroy();
    const limit = setTimeout(destroy, isHijacked ? peerFinTimeoutMs : discardTimeoutMs).unref();
    socket.once('close', () => clearTimeout(limit));
    socket.setTimeout(this.#peerTimeoutMs, destroy);
    // http takes its own listener off an upgraded socket, and a peer may be gone by now.
    socket.on('error', destroy);
    this.stopReading();
    this.#state = 'lingering';
    if (!socket.writableEnded) socket.end(bytes);
  }

  #responseOver(): void {
    const response = this.responses.shift();
    if (response === undefined) return;
    // A handler that answered early (413) may have left the body paused; unread, it would block the connection.
    if (!response.req.complete) response.req.resume();
    this.#options.onOver(this, response);
    if (this.responses.length === 0 && this.#closingBytes !== undefined)
      this.lingeringClose(this.#closingBytes);
  }
}
