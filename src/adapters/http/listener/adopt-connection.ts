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
 * Hands an accepted descriptor to the server as if Node had accepted it: the `connection` event, which the
 * documentation allows anyone to emit, and the server's count of its connections, which its `close` event waits for.
 */
export function adoptConnection(server: Server, fd: number): void {
  const internals = server as unknown as ServerInternals;
  const { allowHalfOpen = false, noDelay = false, keepAlive = false, keepAliveInitialDelay = 0 } = internals;
  const socket = new Socket({ fd, allowHalfOpen, readable: true, writable: true });
  if (server.maxConnections && internals._connections >= server.maxConnections) {
    socket.destroy();
    return;
  }
  if (noDelay) socket.setNoDelay(true);
  if (keepAlive) socket.setKeepAlive(true, keepAliveInitialDelay * 1_000);
  internals._connections += 1;
  Object.assign(socket, { server, _server: server });
  server.emit('connection', socket);
}
