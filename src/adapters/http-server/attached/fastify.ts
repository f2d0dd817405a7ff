import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Server } from 'node:http';

/** What Fastify says of each request that comes to a handler (its documentation, Diagnostics Channel Support). */
const CHANNEL = 'tracing:fastify.request.handler:start';

interface FastifyInstance {
  readonly server: unknown;
  close(...args: unknown[]): unknown;
}

/**
 * Fastify's `app.close()` first has its routes answer 503 with `Connection: close`, and only then closes the server. Where `server`
 * turns out to be Fastify's, `app.close()` waits for `drained` first, so that every request is answered by its handler.
 * Fastify gives no way from the server to its application; the first request does.
 */
export function closeFastifyAfter(server: Server, drained: () => Promise<void>): void {
  const onRequest = (message: unknown) => {
    const instance = (message as { request?: { server?: FastifyInstance } }).request?.server;
    if (instance?.server !== server) return;
    unsubscribe(CHANNEL, onRequest);
    patchClose(instance, drained);
  };
  subscribe(CHANNEL, onRequest);
  server.once('close', () => unsubscribe(CHANNEL, onRequest));
}

/** Plugins have the application as their prototype: `close` stands on the outermost. */
function patchClose(instance: FastifyInstance, drained: () => Promise<void>): void {
  let root: FastifyInstance = instance;
  while (!Object.hasOwn(root, 'close')) root = Object.getPrototypeOf(root);
  const { close } = root;
  root.close = (...args) => {
    const closed = drained().then(() => Reflect.apply(close, root, args));
    return typeof args[0] === 'function' ? undefined : closed;
  };
}
