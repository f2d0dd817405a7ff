import { type Server, Socket } from 'node:net';

/** What net.Server's own `onconnection` uses and keeps, under the same names in Node 20, 22 and 24 (lib/net.js). */
interface ServerInternals {
  allowHalfOpen?: boolean;
  noDelay?: boolean;
  keepAlive?: boolean;
  keepAliveInitialDelay?: number;
  _connections: number;
}

/**
 * Counts connections that are about to be handed over. To be called before the listener closes: net.Server emits
 * `close` in the next tick where it has none.
 */
export function announceConnections(server: Server, count: number): void {
  (server as unknown as ServerInternals)._connections += count;
}

/**
 * Hands an announced, accepted descriptor to the server as if Node had accepted it: the `connection` event, which the
 * documentation allows anyone to emit, and what the server's count of its connections needs.
 */
export function adoptConnection(server: Server, fd: number): void {
  const internals = server as unknown as ServerInternals;
  const { allowHalfOpen = false, noDelay = false, keepAlive = false, keepAliveInitialDelay = 0 } = internals;
  const socket = new Socket({ fd, allowHalfOpen, readable: true, writable: true });
  Object.assign(socket, { server, _server: server });
  if (server.maxConnections && internals._connections > server.maxConnections) {
    socket.destroy();
    return;
  }
  if (noDelay) socket.setNoDelay(true);
  if (keepAlive) socket.setKeepAlive(true, keepAliveInitialDelay * 1_000); // kept in seconds
  server.emit('connection', socket);
}
