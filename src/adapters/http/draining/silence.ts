import type { Socket } from 'node:net';

/** How long the clients in the middle of a request have sent nothing. Counts from its own creation at the earliest. */
export class Silence {
  readonly #heard = new WeakMap<Socket, { bytes: number; at: number }>();
  readonly #since: number;

  constructor(now: number) {
    this.#since = now;
  }

  /** Milliseconds without a byte, as far as the calls of this method could see. */
  ofMs(socket: Socket, now: number): number {
    const heard = this.#heard.get(socket);
    const bytes = socket.bytesRead;
    // A paused socket is our own handler being slow, not the client.
    if (heard?.bytes === bytes && !socket.isPaused()) return now - heard.at;
    this.#heard.set(socket, { bytes, at: heard ? now : this.#since });
    return heard ? 0 : now - this.#since;
  }
}
