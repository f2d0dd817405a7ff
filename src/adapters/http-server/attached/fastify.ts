import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Server } from 'node:http';
import { warn } from './warnings';

/** What Fastify says of each request that comes to a handler (its documentation, Diagnostics Channel Support). */
const REQUESTS = 'tracing:fastify.request.handler:start';
/** Under it, a server has the application that it is of, where register was there when that was made. */
const APPLICATION = Symbol.for('lastcall-drain.fastify');

interface Application {
  readonly server: object;
  close(...args: unknown[]): unknown;
}

interface Drains {
  has(server: object): boolean;
  /** Resolves when all requests of that server are answered; at once where it is not drained by us. */
  requestsOf(server: object): Promise<void>;
}

/**
 * Fastify's `app.close()` first has its routes answer 503 with `Connection: close`, and only then closes the server. Where `server`
 * is Fastify's, `app.close()` waits for its drain first, so that every request is answered by its handler. Fastify gives no
 * way from the server to an application that is there already; its first request does.
 */
export function closeFastifyAfter(server: Server, drains: Drains): void {
  const known = (server as { [APPLICATION]?: Application })[APPLICATION];
  if (known) {
    patchClose(known, drains);
    return;
  }
  const onRequest = (message: unknown) => {
    const application = (message as { request?: { server?: Application } }).request?.server;
    if (application?.server !== server) return;
    unsubscribe(REQUESTS, onRequest);
    patchClose(application, drains);
  };
  subscribe(REQUESTS, onRequest);
  server.once('close', () => unsubscribe(REQUESTS, onRequest));
}

/** Plugins have the application as their prototype: `close` stands on the outermost. */
function patchClose(application: Application, drains: Drains): void {
  let root = application;
  while (!Object.hasOwn(root, 'close')) root = Object.getPrototypeOf(root);
  const { close } = root;
  if (otherServers(root).some((other) => !drains.has(other))) {
    warn(
      'FASTIFY_HOST',
      'Fastify was given no host, so it listens with a second server for localhost, whose connections are not drained: ' +
        'app.listen({ port, host }), or node --import lastcall-drain/register',
    );
  }
  root.close = (...args) => {
    const servers = [root.server, ...otherServers(root)];
    const closed = Promise.all(servers.map((server) => drains.requestsOf(server))).then(() =>
      Reflect.apply(close, root, args),
    );
    return typeof args[0] === 'function' ? undefined : closed;
  };
}

/** Without a host, Fastify listens on each address of localhost, with a server of its own for every one but the first. */
function otherServers(root: Application): readonly object[] {
  const symbol = Object.getOwnPropertySymbols(root).find(
    ({ description }) => description === 'fastify.serverBindings',
  );
  return symbol ? ((root as unknown as Record<symbol, readonly object[]>)[symbol] ?? []) : [];
}
