import type { Socket } from 'node:net';

/** For how long nothing has come from a client (or gone to it), by a figure that changes whenever something does. */
export class Silence {
  readonly #figureOf: (socket: Socket) => number | undefined;
  readonly #last = new WeakMap<Socket, { readonly figure: number | undefined; readonly at: number }>();

  /** @param figureOf undefined where a silence is not the client's. */
  constructor(figureOf: (socket: Socket) => number | undefined) {
    this.#figureOf = figureOf;
  }

  /** Milliseconds of silence, as far as the calls of this method could see: 0 at the first. */
  ofMs(socket: Socket, now: number): number {
    const figure = this.#figureOf(socket);
    const last = this.#last.get(socket);
    if (figure !== undefined && last?.figure === figure) return now - last.at;
    this.#last.set(socket, { figure, at: now });
    return 0;
  }
}
