import { once } from 'node:events';
import type { ListenOptions, Server } from 'node:net';
import { linuxListenKernel } from './linux-listen-kernel';
import { listenError } from './listen-error';
import { type Listener, type ListenTarget, OWN_NAMES } from './listener';

/**
 * Binds and listens, or takes an inherited listening socket over.
 *
 * @throws {ListenError} with the `code` of the bind (`EADDRINUSE`, `ENOTFOUND`, ...), which names what to set otherwise
 * @throws Error where `reusePort` is asked of a Node that would ignore it
 */
export async function openListener(server: Server, target: ListenTarget): Promise<Listener> {
  // Here, before anyone is connected, so that neither a request nor the signal pays the 10 to 20 ms of loading.
  const access = linuxListenKernel();
  const options = listenOptions(target);
  try {
    // A child that we spawn must not keep the socket open after us, as it would without koffi; so does sd_listen_fds(3).
    if (target.kind === 'inherited' && 'kernel' in access) access.kernel.closeOnExec(target.fd);
    server.listen(options);
    await once(server, 'listening');
  } catch (error) {
    throw listenError(error as Error, target);
  }
  const address = server.address();
  if (address === null) throw new Error('the server was closed before it listened');
  return { target, address };
}

function listenOptions(target: ListenTarget): ListenOptions & { fd?: number } {
  if (target.kind === 'inherited') return { fd: target.fd };
  const { port, host, reusePort, names = OWN_NAMES } = target;
  if (reusePort && !knowsReusePort(process.versions.node)) {
    throw new Error(`${names.reusePort} needs Node 22.12 or 23.1, and this is ${process.versions.node}`);
  }
  return { port, ...(host === undefined ? {} : { host }), ...(reusePort ? { reusePort } : {}) };
}

/** Older ones ignore the option without a word, and the second process would fail with EADDRINUSE. */
function knowsReusePort(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 23 || (major === 23 && minor >= 1) || (major === 22 && minor >= 12);
}
