import { type BlockList, Server, Socket } from 'node:net';

/** What net.Server's own `onconnection` uses and keeps, under the same names in Node 20 to 26 (lib/net.js). */
interface ServerInternals {
  allowHalfOpen?: boolean;
  noDelay?: boolean;
  keepAlive?: boolean;
  keepAliveInitialDelay?: number;
  /** From Node 22 on. */
  blockList?: BlockList;
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
  const isTooMany = server.maxConnections && internals._connections > server.maxConnections;
  if (isTooMany || isBlocked(internals.blockList, socket)) {
    socket.destroy();
    return;
  }
  if (noDelay) socket.setNoDelay(true);
  if (keepAlive) socket.setKeepAlive(true, keepAliveInitialDelay * 1_000); // kept in seconds
  server.emit('connection', socket);
}

function isBlocked(list: BlockList | undefined, { remoteAddress, remoteFamily }: Socket): boolean {
  if (list === undefined || remoteAddress === undefined) return false;
  return list.check(remoteAddress, remoteFamily === 'IPv6' ? 'ipv6' : 'ipv4');
}

/** What the server listens by at this moment; null where it does not. */
export function handleOf(server: Server): object | null {
  return (server as unknown as { _handle: object | null })._handle;
}

/** Node has no public way to the descriptor; `_handle.fd` has been there since 0.x. A cluster worker's server has none. */
export function descriptorOf(owner: Server | Socket): number | undefined {
  const { _handle } = owner as unknown as { _handle?: { fd?: number } | null };
  return _handle?.fd !== undefined && _handle.fd >= 0 ? _handle.fd : undefined;
}

/** http.Server's own close() would also cut idle connections off (Node >= 19); net.Server's does not. */
export function closeSocketOnly(server: Server): void {
  Server.prototype.close.call(server);
}

/** Connections of the server at this moment, as net counts them: `getConnections` only answers later. */
export function connectionCount(server: Server): number {
  return (server as unknown as ServerInternals)._connections;
}

/** The socket below a TLS one (`_parent` of lib/_tls_wrap.js). */
export function transportOf(socket: Socket): Socket | undefined {
  return (socket as unknown as { _parent?: Socket | null })._parent ?? undefined;
}

/** What has come on the connection below TLS, half a record included; undefined where that cannot be seen. */
export function encryptedBytesRead(socket: Socket): number | undefined {
  return transportOf(socket)?.bytesRead;
}

/** Of http.Server's `close`, what net's does not do: it stops looking for requests that take too long (lib/_http_server.js). */
export function clearTimeoutChecks(server: Server): void {
  const symbol = Object.getOwnPropertySymbols(server).find(
    ({ description }) => description === 'http.server.connectionsCheckingInterval',
  );
  if (symbol) clearInterval((server as unknown as Record<symbol, NodeJS.Timeout>)[symbol]);
}
