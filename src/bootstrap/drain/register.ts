import { subscribe } from 'node:diagnostics_channel';
import http from 'node:http';
import https from 'node:https';
import { Server } from 'node:net';
import { type AnyServer, type Drainable, type DrainOptions, drainable } from './index';

/** Under it, a server has the Fastify applications that it is of. */
const APPLICATIONS = Symbol.for('lastcall-drain.fastify');

/**
 * `node --import lastcall-drain/register server.js`: makes every server of the process that listens drainable, for a program that
 * nobody wants to change. `LASTCALL_DRAIN` may hold the options, as JSON.
 */
const options = optionsIn(process.env.LASTCALL_DRAIN || '{}');
// Says at the start what is wrong with them, and not where somebody listens.
drainable(http.createServer(), options);

const drained = new WeakMap<object, Drainable>();
const { listen } = Server.prototype;
Server.prototype.listen = function (this: Server, ...args: unknown[]) {
  // Of node:http and node:https, and of node:http2.
  const isHttp = 'headersTimeout' in this || 'updateSettings' in this;
  if (isHttp && !drained.has(this)) {
    // None, maybe: then it is known not to be Fastify's, and need not be watched.
    applicationsOf(this);
    drained.set(this, drainable(this as unknown as AnyServer, options));
  }
  return Reflect.apply(listen, this, args);
};

// For those who have got hold of it before the server listens: `promisify(server.close).bind(server)`.
for (const prototype of [http.Server.prototype, https.Server.prototype]) {
  const { close } = prototype;
  prototype.close = function (this: http.Server, callback?: unknown) {
    const server = drained.get(this);
    if (!this.listening || server === undefined)
      return Reflect.apply(close, this, callback === undefined ? [] : [callback]);
    if (typeof callback === 'function') this.once('close', () => callback());
    void server.drain();
    return this;
  };
}

// Whose close waits for the drain; from the server alone that is not to be learnt before the first request.
subscribe('fastify.initialization', (message) => {
  const { fastify } = message as { fastify: { server: object } };
  applicationsOf(fastify.server).add(fastify);
});

function applicationsOf(server: object & { [APPLICATIONS]?: Set<object> }): Set<object> {
  server[APPLICATIONS] ??= new Set();
  return server[APPLICATIONS];
}

function optionsIn(text: string): DrainOptions {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(`LASTCALL_DRAIN is no JSON: ${(error as Error).message}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error('LASTCALL_DRAIN must be an object, like {"lingerMs":1000}');
  return value;
}
