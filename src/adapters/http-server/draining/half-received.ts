import type { Server } from 'node:http';
import type { Socket } from 'node:net';

interface ParserList {
  active(): Array<{ socket: Socket | null }>;
}

/**
 * The sockets on which a request has begun to arrive and is not complete: half a head, or half a body.
 *
 * No event tells of half a head, and `bytesRead` does not tell it from the tail of the request before it. What does
 * is the list of parsers by which http.Server enforces its own timeouts (Node 20 to 26); there is no public way to it.
 */
export function halfReceived(server: Server): Set<Socket> {
  const sockets = new Set<Socket>();
  for (const { socket } of parserList(server)?.active() ?? []) {
    // A connection that has not said anything yet is on the list too, against clients that never speak.
    if (socket && socket.bytesRead > 0) sockets.add(socket);
  }
  return sockets;
}

const known = new WeakMap<Server, Set<Socket>>();

/**
 * Whether `socket` is one of {@link halfReceived}. Node 20 tells it of one parser. From Node 22 on, all who ask in one go, for
 * the many answers that one commit brings say, share one look: nothing is read from a socket before the tick is over.
 */
export function isHalfReceived(server: Server, socket: Socket): boolean {
  const { parser } = socket as unknown as { parser: { duration?(): number } | null };
  if (parser?.duration) return socket.bytesRead > 0 && parser.duration() > 0;
  let sockets = known.get(server);
  if (sockets === undefined) {
    sockets = halfReceived(server);
    known.set(server, sockets);
    process.nextTick(() => known.delete(server));
  }
  return sockets.has(socket);
}

/** Undefined on a Node that keeps no such list. */
export function parserList(server: Server): ParserList | undefined {
  const symbol = Object.getOwnPropertySymbols(server).find(
    (s) => s.description === 'http.server.connections',
  );
  const list = symbol && (server as unknown as Record<symbol, Partial<ParserList>>)[symbol];
  return typeof list?.active === 'function' ? (list as ParserList) : undefined;
}

/** On which connections something is arriving. */
export interface Receiving {
  all(): Set<Socket>;
  has(socket: Socket): boolean;
}

/** @param isHalfRecord what of TLS has come and cannot be read yet; see TlsRecords */
export function receivingOf(
  server: Server,
  connections: ReadonlyMap<Socket, unknown>,
  isHalfRecord?: (socket: Socket) => boolean,
): Receiving {
  return {
    all() {
      const sockets = halfReceived(server);
      if (isHalfRecord)
        for (const socket of connections.keys()) if (isHalfRecord(socket)) sockets.add(socket);
      return sockets;
    },
    has: (socket) => isHalfReceived(server, socket) || isHalfRecord?.(socket) === true,
  };
}
