import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { mute } from './mute';
import { type Refusal, refusalText, refuse } from './refusal';

interface ConnectionOptions {
  readonly peerFinTimeoutMs: number;
  readonly stalledBodyTimeoutMs: number;
  readonly discardTimeoutMs: number;
  /** Called when a response is over: answered, or cut. */
  readonly onOver: (connection: Connection, response: ServerResponse) => void;
}

/** An established connection: what is outstanding on it, and how it ends. */
export class Connection {
  /** Responses that are not over, in the order of their requests, which is the order of their answers. */
  readonly responses: ServerResponse[] = [];
  /** Upgraded to another protocol: what goes on in it is not ours to know. */
  upgraded = false;
  /** The one listener of every response on this connection, so that a request costs no closure. */
  readonly onResponseClose = () => this.#responseOver();
  readonly #options: ConnectionOptions;
  #peerTimeoutMs: number;
  #parting = false;
  #muted = false;
  #lastWords: string | undefined;

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
      this.part();
    };
  }

  /** Our FIN has been sent, or the connection is broken. */
  get parting(): boolean {
    return this.#parting || this.socket.destroyed;
  }

  /** No request that arrives from now on is looked at: nobody would get its answer. */
  get deaf(): boolean {
    return this.#muted || this.parting || this.socket.writableEnded;
  }

  /** A handler has taken the socket with `response.detachSocket`, or it was upgraded. */
  get hijacked(): boolean {
    const front = this.responses[0];
    return this.upgraded || (front !== undefined && front.socket === null && !front.writableFinished);
  }

  /** Whether an answer with `Connection: close` may be the last thing said: not if a refusal is to follow it. */
  get endsWithAnAnswer(): boolean {
    return this.#lastWords === undefined;
  }

  /** Reads no further request. What is outstanding is still answered. */
  mute(): void {
    if (this.#muted) return;
    this.#muted = true;
    mute(this.socket);
  }

  /**
   * Says no to the request that is arriving, and closes. Requests before it are answered first. Does nothing on a
   * connection whose last word has been said.
   */
  refuse(refusal: Refusal): void {
    if (this.deaf) return;
    this.mute();
    const newest = this.responses.at(-1);
    if (newest === undefined) {
      this.part(refusalText(refusal));
      return;
    }
    if (newest.req.complete) {
      this.#lastWords = refusalText(refusal);
      return;
    }
    // Half a body: its handler is waiting for the rest, and hears of the abort when the socket closes.
    this.#lastWords = '';
    if (!newest.headersSent) refuse(newest, refusal, true);
  }

  /**
   * Half-closes, after `lastWords`, then reads and throws away until the peer's FIN, so that the kernel never turns what was
   * answered into an RST. A peer that falls silent without one, or never stops, is cut off in the end.
   */
  part(lastWords = ''): void {
    if (this.parting) return;
    this.#parting = true;
    const { socket } = this;
    const { discardTimeoutMs, peerFinTimeoutMs } = this.#options;
    const destroy = () => socket.destroy();
    const limit = setTimeout(destroy, this.hijacked ? peerFinTimeoutMs : discardTimeoutMs).unref();
    socket.once('close', () => clearTimeout(limit));
    socket.setTimeout(this.#peerTimeoutMs, destroy);
    // http takes its own listener off an upgraded socket, and a peer may be gone by now.
    socket.on('error', destroy);
    if (!this.upgraded) this.mute();
    if (!socket.writableEnded) socket.end(lastWords);
  }

  #responseOver(): void {
    const response = this.responses.shift();
    if (response === undefined) return;
    // A handler that answered early (413) may have left the body paused; unread, it would block the connection.
    if (!response.req.complete) response.req.resume();
    this.#options.onOver(this, response);
    if (this.responses.length === 0 && this.#lastWords !== undefined) this.part(this.#lastWords);
  }
}
