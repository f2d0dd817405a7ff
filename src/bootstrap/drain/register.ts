import { subscribe } from 'node:diagnostics_channel';
import { Server } from 'node:net';
import { type AnyServer, type DrainOptions, drainable } from './index';

/**
 * `node --import lastcall-drain/register server.js`: makes every server of the process that listens drainable, for a program that
 * nobody wants to change. `LASTCALL_DRAIN` may hold the options, as JSON.
 */
const options = optionsIn(process.env.LASTCALL_DRAIN || '{}');
const { listen } = Server.prototype;

Server.prototype.listen = function (this: Server, ...args: unknown[]) {
  // Every server of HTTP has it, and no other server of node's.
  if ('setTimeout' in this) drainable(this as unknown as AnyServer, options);
  return Reflect.apply(listen, this, args);
};

// Whose close waits for the drain; from the server alone it is not to be learnt before the first request.
subscribe('fastify.initialization', (message) => {
  const { fastify } = message as { fastify: { server: object } };
  Object.defineProperty(fastify.server, Symbol.for('lastcall-drain.fastify'), { value: fastify });
});

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
