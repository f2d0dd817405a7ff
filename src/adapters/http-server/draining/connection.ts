import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { discardInput } from './discard-input';
import type { RefusalKind, Refusals } from './refusals';
import { guardSocket } from './socket-guard';

export interface ConnectionOptions {
  readonly refusals: Refusals;
  readonly peerFinTimeoutMs: number;
  readonly silentClientTimeoutMs: number;
  readonly discardTimeoutMs: number;
  /** Called when a response is over: answered, or cut. */
  readonly onOver: (connection: Connection, response: ServerResponse) => void;
  /** Called when somebody else destroys the connection while requests are outstanding. */
  readonly onCut?: (connection: Connection) => void;
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
  /** The listener is closed: clients may be told to go. */
  isDraining = false;
  readonly #options: ConnectionOptions;
  #isGuarded = false;
  #isLetGo = false;
  #state: ConnectionState = 'open';
  #peerTimeoutMs: number;
  #destroy: () => void;
  /** What is to be said, before the FIN, after everything that is outstanding. */
  #closingBytes: string | undefined;

  constructor(
    readonly socket: Socket,
    options: ConnectionOptions,
    /** Before it, in `performance.now()`, it has not had its time to speak, and does not count as idle. */
    readonly idleFrom = Number.NEGATIVE_INFINITY,
  ) {
    this.#options = options;
    this.#peerTimeoutMs = options.peerFinTimeoutMs;
    this.#destroy = () => socket.destroy();
  }

  /** From now on the end of the connection is ours alone. */
  takeOver(): void {
    const { socket } = this;
    // http.Server calls this after an answer with `Connection: close`; its own one closes with the client's bytes
    // unread, an RST.
    socket.destroySoon = () => {
      // Answered early (413): the client is writing, and may pause for longer than a FIN takes to come back.
      if (this.responses[0]?.req.complete === false)
        this.#peerTimeoutMs = this.#options.silentClientTimeoutMs;
      this.lingeringClose();
    };
  }

  /**
   * Keeps others, who know the socket and would close it when the server stops, from doing so. They may cut a request short that is at
   * its handler. They may not end a connection with an answer: there may be a request behind it.
   */
  guard(): void {
    if (this.#isGuarded || this.socket.destroyed) return;
    this.takeOver();
    this.#isGuarded = true;
    this.#destroy = guardSocket(this.socket, (how) => {
      if (this.isHijacked || this.isClosing) return true;
      const [front] = this.responses;
      const may = this.#isLetGo || (front !== undefined && (how === 'destroy' || !front.writableEnded));
      if (may) this.#options.onCut?.(this);
      return may;
    });
  }

  /** The guard is off: it is somebody else's to end. */
  letGo(): void {
    this.#isLetGo = true;
  }

  destroy(): void {
    this.#destroy();
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

  /** Whether others would end it too, or say that it is about to end. */
  get isGuarded(): boolean {
    return this.#isGuarded;
  }

  /**
   * Whether an answer with `Connection: close` may be the last thing said: not before the listener is closed, and not if a
   * refusal is to follow it.
   */
  get mayCloseWithAnswer(): boolean {
    return this.isDraining && this.#closingBytes === undefined;
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
    const destroy = () => this.destroy();
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
