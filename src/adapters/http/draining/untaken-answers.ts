import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Connection } from './connection';
import { Silence } from './silence';

/** Cuts off clients that take nothing of an answer which waits for them, and would hold their connection for ever. */
export class UntakenAnswers {
  readonly #connections: ReadonlyMap<Socket, Connection>;
  readonly #timeoutMs: number;
  readonly #silence = new Silence(bytesWaiting);

  constructor(connections: ReadonlyMap<Socket, Connection>, timeoutMs: number) {
    this.#connections = connections;
    this.#timeoutMs = timeoutMs;
  }

  /** To be called every now and then. Returns what was outstanding on the connections that it has cut. */
  cut(): ServerResponse[] {
    const now = performance.now();
    const untaken: ServerResponse[] = [];
    for (const { socket, responses, hijacked } of this.#connections.values()) {
      if (responses.length === 0 || hijacked || this.#silence.ofMs(socket, now) < this.#timeoutMs) continue;
      untaken.push(...responses);
      socket.destroy();
    }
    return untaken;
  }
}

/**
 * What the kernel has not taken yet, because the client does not read. `writableLength` stands still under a client that
 * reads a large answer slowly; libuv's figure, which net goes by in its own timeouts (Node 18 to 24), does not.
 */
function bytesWaiting(socket: Socket): number | undefined {
  const { _handle: handle } = socket as unknown as { _handle: { writeQueueSize: number } | null };
  return handle?.writeQueueSize || undefined;
}
