import { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Server as HttpsServer } from 'node:https';
import { Socket } from 'node:net';
import { TLSSocket, Server as TlsServer } from 'node:tls';
import { parserList } from '../draining/half-received';
import { connectionCount } from '../listener/node-internals';

/**
 * What the drain wants of node's internals and this Node does not have, and what that means, one sentence each. There is no public
 * way to any of them; each has been there from Node 18 to 26. To be asked of a server that listens.
 */
export function missingInternals(server: Server): string[] {
  const { _handle: handle } = server as unknown as { _handle?: object | null };
  const response = new ServerResponse(new IncomingMessage(new Socket()));
  const checks: readonly [isThere: boolean, consequence: string][] = [
    [
      !isHttp1(server) || parserList(server) !== undefined,
      'the list of parsers is missing: half-received requests count as idle, and get 408 at the end of the linger',
    ],
    ['_last' in response, 'OutgoingMessage._last is missing: a request behind a last answer may be run'],
    [
      '_header' in response,
      'OutgoingMessage._header is missing: event streams are not known, and waited for',
    ],
    [
      Number.isInteger(connectionCount(server)),
      'net.Server._connections is missing: an attachment that came too late is not noticed',
    ],
    [
      !handle || !('fd' in handle) || 'writeQueueSize' in handle,
      'writeQueueSize is missing: clients that have stopped reading are waited for',
    ],
    [
      !(server instanceof TlsServer) || '_parent' in new TLSSocket(new Socket()),
      'TLSSocket._parent is missing: half a record counts as nothing',
    ],
  ];
  return checks.filter(([isThere]) => !isThere).map(([, consequence]) => consequence);
}

/** The servers of node:http2 keep a list of parsers only where they speak HTTP/1 too. */
function isHttp1(server: object): boolean {
  return server instanceof Server || server instanceof HttpsServer;
}
