import http, { type Server } from 'node:http';
import type { Http2SecureServer, Http2Server } from 'node:http2';
import type { Server as HttpsServer } from 'node:https';
import { Server as NetServer } from 'node:net';
import { connectionCount } from '../listener/node-internals';
import type { AttachOptions, Drainable } from './api';
import { AttachedServer } from './attached-server';
import { missingInternals } from './internals-check';
import { isHttp2, isTls } from './kind-of-server';
import { warn, warnOfShortKeepAlive } from './warnings';

/** What can be drained: a server of node:http, node:https or node:http2. */
export type AnyServer = Server | HttpsServer | Http2Server | Http2SecureServer;

const attached = new WeakMap<object, AttachedServer>();

/** Of the servers that are drainable, for whoever waits for more than one of them. */
export const drains = {
  has: (server: object) => attached.has(server),
  /** See AttachedServer; resolves at once for a server that is not drainable. */
  requestsOf: async (server: object) => attached.get(server)?.drainRequests(),
  warn,
};

/**
 * Makes the server's own `close()` lose no request, whoever calls it. To be called before anyone is connected; called again, it does
 * nothing.
 *
 * @throws TypeError for what is no such server
 * @throws Error where somebody is connected already
 */
export function attach<S extends AnyServer>(server: S, options: AttachOptions): S & Drainable {
  if (!isDrainable(server))
    throw new TypeError('drainable: it wants a server of node:http, node:https or node:http2');
  if (attached.has(server)) return server as S & Drainable;
  if (connectionCount(server) > 0) {
    throw new Error(
      'drainable: somebody is connected already, and whose request is under way cannot be seen any more; ' +
        'call it before listen, or right after it',
    );
  }
  const theServer = server as unknown as Server;
  const { close } = theServer;
  const drained = new AttachedServer(theServer, options, isNodes(close, theServer) ? undefined : close);
  const added = {
    drain: () => drained.drain(),
    // Node takes anything: a handler of signals, which are called with their name, may be this very function.
    close(callback?: unknown) {
      if (!drained.isToClose)
        return Reflect.apply(close, theServer, callback === undefined ? [] : [callback]);
      if (typeof callback === 'function') theServer.once('close', () => callback());
      void drained.drain();
      return theServer;
    },
  };
  Object.assign(server, added);
  Object.defineProperties(server, {
    draining: { get: () => drained.draining, configurable: true },
    outOfTime: { get: () => drained.outOfTime, configurable: true },
  });
  attached.set(server, drained);
  whenListening(theServer, () => {
    warnOfShortKeepAlive(theServer);
    drained.degraded = missingInternals(theServer);
    for (const consequence of drained.degraded) warn('DEGRADED', consequence);
  });
  return server as S & Drainable;
}

/** Whether it is a server of HTTP. */
export function isDrainable(server: unknown): server is AnyServer {
  return server instanceof NetServer && ('headersTimeout' in server || isHttp2(server));
}

/** Whether it is not one that somebody has put on the server, or on its class. */
function isNodes(close: Server['close'], server: Server): boolean {
  if (isHttp2(server)) return !Object.hasOwn(server, 'close');
  const { Server: NodeServer } = isTls(server) ? process.getBuiltinModule('node:https') : http;
  return close === NodeServer.prototype.close;
}

/** Servers are often given their timeouts right after `listen`. */
function whenListening(server: Server, then: () => void): void {
  const later = () => void setImmediate(then).unref();
  if (server.listening) later();
  else server.once('listening', later);
}
