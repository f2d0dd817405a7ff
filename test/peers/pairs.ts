import path from 'node:path';
import type { Peer } from './catalogue';
import { PEERS } from './catalogue';
import { EXAMPLES } from './installation';

/** A server without the package `lastcall-drain` and the same one with it. */
export interface Pair {
  readonly name: string;
  /** How the package comes to it. */
  readonly by: 'drainable()' | '--import register';
  readonly without: Peer;
  readonly with: Peer;
}

const node = process.execPath;
const WITHOUT = `${node} --require ${path.join(__dirname, 'without-drain.js')}`;

/** An example, as it stands there and without its line. */
function example(name: string, file: string, { secure = false } = {}): Pair {
  const words = path.join(EXAMPLES, file);
  return {
    name,
    by: 'drainable()',
    without: { name, command: `${WITHOUT} ${words}`, secure },
    with: { name, command: `${node} ${words}`, secure, isOurs: true },
  };
}

/** A file that knows nothing of the package, which a flag of node brings along. */
function unchanged(name: string, register: string): Pair {
  const peer = PEERS.find((candidate) => candidate.name === name);
  if (peer === undefined) throw new Error(`there is no peer ${name}`);
  const command = peer.command.replace(node, `${node} --import ${register}`);
  return { name, by: '--import register', without: peer, with: { name, command, isOurs: true } };
}

/** @param register the file of `lastcall-drain/register` */
export function pairsWith(register: string): readonly Pair[] {
  return [
    example('node:http', 'node-http.js'),
    example('node:https', 'node-https.js', { secure: true }),
    example('Express', 'express.js'),
    example('Fastify', 'fastify.js'),
    example('NestJS', 'nest.mjs'),
    example('Hono', 'hono.js'),
    example('Koa', 'koa.js'),
    // Not http-terminator and http-graceful-shutdown: they destroy connections before they close the server.
    ...['server.close()', 'stoppable', '@godaddy/terminus', 'fastify + close-with-grace', 'NestJS'].map(
      (name) => unchanged(name, register),
    ),
  ];
}
