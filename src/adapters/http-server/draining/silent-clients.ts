import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Connection } from './connection';

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

/** Cuts off clients that read nothing of an answer which waits for them, and would hold their connection for ever. */
export class UnreadAnswers {
  readonly #connections: ReadonlyMap<Socket, Connection>;
  readonly #timeoutMs: number;
  readonly #silence = new Silence(bytesTaken);

  constructor(connections: ReadonlyMap<Socket, Connection>, timeoutMs: number) {
    this.#connections = connections;
    this.#timeoutMs = timeoutMs;
  }

  /** To be called every now and then. Returns what was outstanding on the connections that it has cut. */
  cut(): ServerResponse[] {
    const now = performance.now();
    const unread: ServerResponse[] = [];
    for (const connection of this.#connections.values()) {
      const { socket, responses, isHijacked } = connection;
      if (responses.length === 0 || isHijacked || this.#silence.ofMs(socket, now) < this.#timeoutMs) continue;
      unread.push(...responses);
      connection.destroy();
    }
    return unread;
  }
}

/**
 * How much the kernel has taken, as long as more waits, because the client does not read. `writableLength` and `bytesWritten` stand
 * still under a client that reads a large answer slowly; what libuv has not got rid of, by which net goes in its own timeouts
 * (Node 20 to 26), does not. Under TLS both are those of the socket below: how much it is given at a time is always the same.
 */
function bytesTaken(socket: Socket): number | undefined {
  const { _handle: handle, _parent: transport } = socket as unknown as SocketInternals;
  const below = transport?._handle ?? handle;
  if (!handle || !below || handle.writeQueueSize + below.writeQueueSize === 0) return undefined;
  return below.bytesWritten - below.writeQueueSize;
}

interface StreamHandle {
  readonly writeQueueSize: number;
  readonly bytesWritten: number;
}

interface SocketInternals {
  readonly _handle: StreamHandle | null;
  readonly _parent?: { readonly _handle: StreamHandle | null } | null;
}
