import type { Server, Socket } from 'node:net';

/** Node has no public way to the descriptor; `_handle.fd` has been there since 0.x. A cluster worker's server has none. */
export function descriptorOf(owner: Server | Socket): number | undefined {
  const { _handle } = owner as unknown as { _handle?: { fd?: number } | null };
  return _handle?.fd !== undefined && _handle.fd >= 0 ? _handle.fd : undefined;
}
