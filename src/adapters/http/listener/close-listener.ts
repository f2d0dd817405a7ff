import { Server } from 'node:net';
import { acceptUntilQuiet } from './accept-until-quiet';
import { adoptConnection, announceConnections } from './adopt-connection';
import type { ListenerCloseReport } from './close-report';
import { type EmptyingBounds, emptyAcceptQueue } from './empty-accept-queue';
import { linuxListenKernel } from './linux-listen-kernel';
import type { KernelAccess, ListenKernel } from './listen-kernel';
import type { Listener } from './listen-target';

/** How to close. `kernel` is for tests and for platforms of one's own; the default is Linux through koffi. */
export interface CloseOptions extends EmptyingBounds {
  readonly kernel?: KernelAccess;
}

const closing = new WeakMap<Listener, Promise<ListenerCloseReport>>();

/**
 * Stops taking new connections without losing one that the kernel has already completed: each is accepted, and the
 * server's `connection` event sees it, before the port is released. Established connections are left alone, and the
 * port can be bound again at once. Resolves when the descriptor is closed; never rejects.
 * Single-flight: a second call gets the first one's promise.
 */
export function closeListener(server: Server, listener: Listener, options: CloseOptions = {}) {
  const report = closing.get(listener) ?? close(server, listener, options);
  closing.set(listener, report);
  return report;
}

async function close(
  server: Server,
  listener: Listener,
  options: CloseOptions,
): Promise<ListenerCloseReport> {
  const began = performance.now();
  let accepted = 0;
  const count = () => {
    accepted += 1;
  };
  server.on('connection', count);
  const how = await emptyAndClose(server, listener, options, () => accepted);
  server.off('connection', count);
  return { ...how, accepted, tookMs: performance.now() - began };
}

type How = Pick<ListenerCloseReport, 'method' | 'filterMs' | 'reason'>;

async function emptyAndClose(
  server: Server,
  listener: Listener,
  options: CloseOptions,
  accepted: () => number,
): Promise<How> {
  if (listener.target.kind === 'inherited') {
    // The queue belongs to the socket, which lives on: whoever owns it next accepts what waits there.
    closeSocketOnly(server);
    return { method: 'inherited' };
  }
  const access = options.kernel ?? linuxListenKernel();
  try {
    if ('kernel' in access) return await filterAndClose(access.kernel, server, listener, options);
    throw new Error(access.unavailable);
  } catch (error) {
    await acceptUntilQuiet(accepted);
    closeSocketOnly(server);
    return { method: 'accept-until-quiet', reason: error instanceof Error ? error.message : String(error) };
  }
}

async function filterAndClose(
  kernel: ListenKernel,
  server: Server,
  { address, target }: Listener,
  bounds: EmptyingBounds,
): Promise<How> {
  const fd = descriptorOf(server);
  if (fd === undefined || typeof address === 'string') throw new Error('the server has no TCP descriptor');
  const family = address.family === 'IPv4' ? 'IPv4' : 'IPv6';
  const attachedAt = performance.now();
  kernel.dropNewSyns(fd);
  // With a twin, new connections are sent there rather than dropped. The filter is needed all the same: the twin
  // may not have come yet, or have come before us.
  const release = target.kind === 'address' && target.reusePort ? kernel.preferTwin(fd) : undefined;
  let filterMs = 0;
  const socket = { fd, port: address.port, family } as const;
  const reason = await emptyAcceptQueue(kernel, socket, bounds, {
    announce: (count) => announceConnections(server, count),
    adopt: (fds) => {
      for (const each of fds) adoptConnection(server, each);
    },
    close: () => {
      release?.();
      closeSocketOnly(server);
      filterMs = performance.now() - attachedAt;
    },
  });
  return { method: 'syn-filter', filterMs, ...(reason === undefined ? {} : { reason }) };
}

/** http.Server's own close() would also cut idle connections off (Node >= 19); net.Server's does not. */
function closeSocketOnly(server: Server): void {
  Server.prototype.close.call(server);
}

/** Node has no public way to the descriptor; `_handle.fd` has been there since 0.x. A cluster worker has none. */
function descriptorOf(server: Server): number | undefined {
  const { _handle } = server as Server & { _handle?: { fd?: number } | null };
  return _handle?.fd !== undefined && _handle.fd >= 0 ? _handle.fd : undefined;
}
