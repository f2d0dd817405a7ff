import { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Server as HttpsServer } from 'node:https';
import { Socket } from 'node:net';
import { parserList } from '../draining/half-received';
import { connectionCount } from '../listener/node-internals';

/**
 * What the drain wants of node's internals and this Node does not have, and what that means, one sentence each. There is no public
 * way to any of them; each has been there from Node 18 to 26.
 */
export function missingInternals(server: Server): string[] {
  const response = new ServerResponse(new IncomingMessage(new Socket()));
  const checks: readonly [isThere: boolean, consequence: string][] = [
    [
      parserList(server) !== undefined || !isHttp1(server),
      'the list of parsers is missing: half-received requests count as idle, and get 408 at the end of the linger',
    ],
    ['_last' in response, 'OutgoingMessage._last is missing: a request behind a last answer may be run'],
    [
      '_header' in response,
      'OutgoingMessage._header is missing: event streams are not known, and waited for',
    ],
    [
      typeof connectionCount(server) === 'number',
      'net.Server._connections is missing: nobody can tell whether it was attached in time',
    ],
  ];
  return checks.filter(([isThere]) => !isThere).map(([, consequence]) => consequence);
}

/** The servers of node:http2 keep such a list only where they speak HTTP/1 too. */
function isHttp1(server: object): boolean {
  return server instanceof Server || server instanceof HttpsServer;
}
