import { IncomingMessage, type Server, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { parserList } from '../draining/half-received';
import { isKoffiMissing } from '../listener/libc';
import { connectionCount } from '../listener/node-internals';
import { isHttp2, isTls } from './kind-of-server';

/**
 * What the drain wants and does not have, and what that means, one sentence each: of node's internals, to which there is no public
 * way, though each has been there from Node 18 to 26; and koffi. To be asked of a server that listens.
 */
export function missingInternals(server: Server): string[] {
  const { _handle: handle } = server as unknown as { _handle?: object | null };
  const response = new ServerResponse(new IncomingMessage(new Socket()));
  const checks: readonly [isThere: boolean, consequence: string][] = [
    [
      process.platform !== 'linux' || !isKoffiMissing(),
      'koffi is not installed: who connects in the instant in which the listener closes may be reset',
    ],
    [
      isHttp2(server) || parserList(server) !== undefined,
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
      !isTls(server) || '_parent' in new (process.getBuiltinModule('node:tls').TLSSocket)(new Socket()),
      'TLSSocket._parent is missing: half a record counts as nothing',
    ],
  ];
  return checks.filter(([isThere]) => !isThere).map(([, consequence]) => consequence);
}
