import type { Socket } from 'node:net';

/**
 * Keeps others from closing a connection that is looked after: libraries for a graceful shutdown, and node's own
 * `closeIdleConnections`, end or destroy what they take to be idle, with a request on the wire as often as not. What ends a
 * connection by itself goes through: data for a last answer, an error, a peer that has left.
 *
 * @param may whether this is one of those that others may close
 *
 * @returns the socket's own `destroy`
 */
export function guardSocket(socket: Socket, may: (how: 'end' | 'destroy') => boolean): () => void {
  const { end, destroy } = socket;
  /** Streams, and http for a client that has gone, close what has come to its end by the same methods. */
  const isOver = () => socket.writableEnded || transportIsGone(socket);
  Object.assign(socket, {
    end(...args: unknown[]) {
      const says = typeof args[0] !== 'function' && args[0] !== undefined && args[0] !== null;
      return says || isOver() || may('end') || socket.readableEnded
        ? Reflect.apply(end, socket, args)
        : socket;
    },
    destroy(error?: Error) {
      return error || isOver() || may('destroy') || socket.readableEnded
        ? destroy.call(socket, error)
        : socket;
    },
  });
  return () => destroy.call(socket);
}

/** Below TLS there is a socket of its own, whose end is told by `destroy` alone (lib/_tls_wrap.js). */
function transportIsGone(socket: Socket): boolean {
  return (socket as unknown as { _parent?: Socket | null })._parent?.destroyed === true;
}
