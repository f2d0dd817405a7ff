import type { Server, Socket } from 'node:net';
import { type EmptyingBounds, emptyAcceptQueue } from './empty-accept-queue';
import type { ListenKernel } from './listen-kernel';
import type { Listener, ListenerCloseReport } from './listener';
import { adoptConnection, announceConnections, descriptorOf } from './node-internals';

/**
 * Shuts new SYNs out where the kernel allows it, takes everything that was connected or about to be, and closes.
 * @throws Error where the listener is not a TCP socket of this process, or the kernel does not let us empty its queue.
 */
export async function closeByKernel(
  kernel: ListenKernel,
  server: Server,
  { address, target }: Listener,
  bounds: EmptyingBounds,
  closeSocket: () => void,
): Promise<Pick<ListenerCloseReport, 'method' | 'synDropMs' | 'reason'>> {
  const fd = descriptorOf(server);
  if (fd === undefined || typeof address === 'string') throw new Error('the server has no TCP descriptor');
  const family = address.family === 'IPv4' ? 'IPv4' : 'IPv6';
  // Whoever accepts it, we or libuv in a turn between: a connection made from now on receives nothing until it is told to.
  // For as long as the socket is open, so also where its queue cannot be emptied.
  const receiveAgain = (socket: Socket) => {
    const connection = descriptorOf(socket);
    if (connection !== undefined) kernel.receiveAgain(connection, family);
  };
  const droppingSince = performance.now();
  const refusal = whyNot(() => kernel.dropNewSyns(fd, family));
  if (refusal === undefined) {
    server.prependListener('connection', receiveAgain);
    server.once('close', () => server.off('connection', receiveAgain));
  }
  // With a twin, new connections are sent there rather than dropped. Dropping is needed all the same: the twin may
  // not have come yet, or have come before us.
  const release = target.kind === 'address' && target.reusePort ? kernel.preferTwin(fd) : undefined;
  let synDropMs = 0;
  const giveUp = await emptyAcceptQueue(kernel, { fd, port: address.port, family }, bounds, {
    announce: (count) => announceConnections(server, count),
    adopt: (fds) => {
      for (const each of fds) adoptConnection(server, each);
    },
    close: () => {
      release?.();
      closeSocket();
      synDropMs = performance.now() - droppingSince;
    },
  });
  const reason = [refusal, giveUp].filter(Boolean).join('; ');
  return {
    ...(refusal === undefined ? { method: 'syn-drop', synDropMs } : { method: 'accept-until-empty' }),
    ...(reason === '' ? {} : { reason }),
  };
}

function whyNot(action: () => void): string | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
