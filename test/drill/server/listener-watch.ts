import net from 'node:net';

const EVERY_MS = 4;

/**
 * Finds out from outside when a port stops taking connections: knocks every few milliseconds, without sending a byte.
 * Knocks do not wait for each other, because one may meet a packet filter and hang for a second.
 */
export class ListenerWatch {
  readonly #timer: NodeJS.Timeout;
  readonly #sockets = new Set<net.Socket>();
  #closedAt: number | null = null;

  /** Starts at once. @param now the trial's clock */
  constructor(port: number, now: () => number) {
    this.#timer = setInterval(() => this.#knock(port, now), EVERY_MS);
  }

  /** The start of the first knock that was refused, or null while every one was let in. */
  get closedAt(): number | null {
    return this.#closedAt;
  }

  stop(): void {
    clearInterval(this.#timer);
    for (const socket of this.#sockets) socket.destroy();
  }

  #knock(port: number, now: () => number): void {
    const startedAt = now();
    const socket = net.connect({ port, host: '127.0.0.1' });
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    socket.once('connect', () => socket.end());
    socket.resume();
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ECONNREFUSED' || this.#closedAt !== null) return;
      this.#closedAt = startedAt;
      clearInterval(this.#timer);
    });
  }
}
