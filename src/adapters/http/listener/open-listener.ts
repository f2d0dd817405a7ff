import { once } from 'node:events';
import type { ListenOptions, Server } from 'node:net';
import type { Listener, ListenTarget } from './listen-target';

/**
 * Binds and listens, or takes an inherited listening socket over.
 * Rejects with the error of the bind as it is (`EADDRINUSE`, `EACCES`, ...).
 */
export async function openListener(server: Server, target: ListenTarget): Promise<Listener> {
  server.listen(listenOptions(target));
  await once(server, 'listening');
  const address = server.address();
  if (address === null) throw new Error('the server was closed before it listened');
  return { target, address };
}

function listenOptions(target: ListenTarget): ListenOptions & { fd?: number } {
  if (target.kind === 'inherited') return { fd: target.fd };
  const { port, host, reusePort } = target;
  return {
    port,
    ...(host === undefined ? {} : { host }),
    ...(reusePort ? { reusePort } : {}),
  };
}
