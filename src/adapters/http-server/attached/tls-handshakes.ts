import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { DrainPlan } from '../../../domain/lifecycle/drain-plan';
import type { Alongside } from '../draining/alongside';
import { Silence } from '../draining/silent-clients';
import { transportOf } from '../listener/node-internals';

/** TLS handshakes under way: whoever has begun one has a request, which the server cannot see yet. */
export class TlsHandshakes implements Alongside {
  readonly unanswered = 0;
  readonly forced = 0;
  readonly #pending = new Set<Socket>();
  readonly #silence = new Silence((socket) => socket.bytesRead);
  readonly #silentClientTimeoutMs: number;
  readonly #onGone: () => void;

  constructor(silentClientTimeoutMs: number, onGone: () => void) {
    this.#silentClientTimeoutMs = silentClientTimeoutMs;
    this.#onGone = onGone;
  }

  get size(): number {
    return this.#pending.size;
  }

  /** @param transport the socket below TLS */
  begun(transport: Socket): void {
    this.#pending.add(transport);
    transport.once('close', () => this.#over(transport));
  }

  finished(socket: TLSSocket): void {
    const transport = transportOf(socket);
    if (transport) this.#over(transport);
  }

  /** Whoever has not said a word is cut off at the end of the linger; who has, gets a silent client's time. */
  advance(now: number, { closeIdleAt, cancelAt }: DrainPlan): void {
    for (const transport of this.#pending) {
      const silentMs = this.#silence.ofMs(transport, now);
      const hasSpoken = transport.bytesRead > 0;
      const isOver =
        now >= cancelAt || (hasSpoken ? silentMs >= this.#silentClientTimeoutMs : now >= closeIdleAt);
      if (isOver) transport.destroy();
    }
  }

  #over(transport: Socket): void {
    if (this.#pending.delete(transport)) this.#onGone();
  }
}
