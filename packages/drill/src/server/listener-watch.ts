import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Endpoint } from '../client/endpoint';

const EVERY_MS = 4;
/** A handshake on loopback takes far less; a packet filter may hold it up for a second. */
const LAST_KNOCK_MS = 100;

type Place = Pick<Endpoint, 'host' | 'port'>;

/**
 * Finds out from outside when a port stops taking connections: knocks every few milliseconds, without sending a byte.
 * Knocks do not wait for each other, because one may meet a packet filter and hang for a second.
 */
export class ListenerWatch {
  readonly #place: Place;
  readonly #now: () => number;
  readonly #timer: NodeJS.Timeout;
  readonly #sockets = new Set<net.Socket>();
  #closedAt: number | null = null;

  /** Starts at once. @param now the trial's clock */
  constructor(place: Place, now: () => number) {
    this.#place = place;
    this.#now = now;
    this.#timer = setInterval(() => void this.#knock(), EVERY_MS);
  }

  /** The start of the first knock that was refused, or null while every one was let in. */
  get closedAt(): number | null {
    return this.#closedAt;
  }

  /** Knocks once more: a server may have closed its listener and gone between two knocks. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    if (this.#closedAt === null) await Promise.race([this.#knock(), sleep(LAST_KNOCK_MS)]);
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Resolves when it is known how the knock ended. */
  #knock(): Promise<void> {
    const startedAt = this.#now();
    const socket = net.connect(this.#place);
    this.#sockets.add(socket);
    socket.once('connect', () => socket.end());
    socket.resume();
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ECONNREFUSED' || this.#closedAt !== null) return;
      this.#closedAt = startedAt;
      clearInterval(this.#timer);
    });
    return new Promise((resolve) => {
      socket.once('connect', () => resolve());
      socket.once('close', () => {
        this.#sockets.delete(socket);
        resolve();
      });
    });
  }
}
