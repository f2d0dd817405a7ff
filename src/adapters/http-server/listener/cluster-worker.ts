import cluster from 'node:cluster';
import { createServer, type Server } from 'node:net';

/** By which of node's schedulings a worker of its cluster comes by connections; undefined where it listens by itself. */
export type ClusterScheduling = 'round-robin' | 'shared';

/** Told by the handle: it is no socket, or a socket with a `close` of cluster's own on it (lib/internal/cluster/child.js). */
export function clusterSchedulingOf(server: Server): ClusterScheduling | undefined {
  const { _handle: handle } = server as unknown as { _handle?: object | null };
  if (!handle || !cluster.isWorker) return undefined;
  if (!('fd' in handle)) return 'round-robin';
  return Object.hasOwn(handle, 'close') ? 'shared' : undefined;
}

/**
 * Resolves when the primary knows that the worker has closed, and what it had sent before has come, to be sent back. A
 * worker that left sooner would take connections along that nobody ever answers or closes. Node has no word for it: a
 * question that the primary has to answer comes back behind them, and where to listen is one.
 */
export function primaryHasHeard(timeoutMs: number): Promise<void> {
  return new Promise((resolve) => {
    const question = createServer().unref();
    const late = setTimeout(resolve, timeoutMs);
    const done = () => {
      clearTimeout(late);
      resolve();
    };
    question.once('error', done);
    question.listen(0, '127.0.0.1', () => question.close(done));
  });
}
