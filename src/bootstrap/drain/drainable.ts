import { closeFastifyAfter } from '../../adapters/fastify/close-after-drain';
import {
  type AnyServer,
  attach,
  type Drainable,
  type DrainOptions,
  drains,
} from '../../adapters/http-server';
import { checkOptions } from './options';

/**
 * Makes a server stop without losing a request: its own `close()` does from now on, whoever calls it, and so does the `close()` of
 * the Fastify application that it is of. Returns the server, with `drain`, `draining` and `outOfTime`. Until the stop the server
 * behaves as ever. To be called before anyone is connected, at the latest right after `listen`; called again, it does
 * nothing.
 *
 * @throws TypeError for what is no server of node:http, node:https or node:http2, and for options that are wrong
 * @throws Error where somebody is connected already, and on Bun and Deno, whose sockets have none of what it works with
 */
export function drainable<S extends AnyServer>(server: S, options: DrainOptions = {}): S & Drainable {
  refuseOtherRuntimes(process.versions);
  const isNew = !drains.has(server);
  const drained = attach(server, checkOptions(options));
  if (isNew) closeFastifyAfter(drained, drains);
  else if (Object.keys(options).length > 0)
    drains.warn('OPTIONS', 'a server was made drainable twice: the options of the second time are not used');
  return drained;
}

function refuseOtherRuntimes(versions: Record<string, string | undefined>): void {
  const other = versions.bun ? 'Bun' : versions.deno ? 'Deno' : undefined;
  if (other === undefined) return;
  throw new Error(
    `drainable: this is ${other}, whose node:http lets nobody drain it; use ${other}'s own server.stop()`,
  );
}
