import { IncomingMessage, type Server, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { parserList } from '../draining/half-received';
import { clusterSchedulingOf } from '../listener/cluster-worker';
import { isKoffiMissing } from '../listener/libc';
import { isHttp2, isTls } from './kind-of-server';

/** Node's classes that the drain reaches into. `TCP` is libuv's: listeners and connections have one of it each. */
type Reached =
  | 'TCP'
  | 'net.Server'
  | 'net.Socket'
  | 'http.Server'
  | 'ConnectionsList'
  | 'OutgoingMessage'
  | 'TLSSocket';

const NOT_ON_THE_LAST = 'connections that are accepted as the listener closes go without it';
const WAITED_FOR = 'clients that have stopped reading are waited for';

/**
 * What is used of them, a symbol by its description, and what it means that it is missing. There is no public way to any of
 * it, and on Node 20 to 26 all of it is there. Not in the table is what makes the drain quicker only (`parser.duration`).
 */
export const INTERNALS: Readonly<Record<Reached, Readonly<Record<string, string>>>> = {
  TCP: {
    fd: 'who connects in the instant in which the listener closes may be reset',
    readStart: 'a client that goes on sending what was refused may be cut off before it has read why',
    writeQueueSize: WAITED_FOR,
    bytesWritten: WAITED_FOR,
  },
  'net.Server': {
    _connections: 'an attachment that came too late is not noticed',
    allowHalfOpen: NOT_ON_THE_LAST,
    noDelay: NOT_ON_THE_LAST,
    keepAlive: NOT_ON_THE_LAST,
    keepAliveInitialDelay: NOT_ON_THE_LAST,
  },
  'net.Socket': {
    _server: 'connections that are accepted as the listener closes count as open for ever',
  },
  'http.Server': {
    httpAllowHalfOpen: 'who half-closes during the drain gets no answer',
    'http.server.connectionsCheckingInterval':
      'a server that is drained still looks for requests that take too long',
  },
  ConnectionsList: {
    active: 'half-received requests count as idle, and get 408 at the end of the linger',
  },
  OutgoingMessage: {
    _last: 'a request behind a last answer may be run',
    _header: 'event streams are not known, and waited for',
    shouldKeepAlive: 'who is told by a framework that the connection ends may lose what he had sent behind',
  },
  TLSSocket: {
    _parent: 'half a record counts as nothing',
  },
};

/** One of each class, to look at; undefined where the drain of this server does not reach into it. */
export type Samples = Readonly<Record<Reached, object | undefined>>;

export function samplesOf(server: Server): Samples {
  const { _handle: handle = {} } = server as unknown as { _handle?: object | null };
  const socket = new Socket();
  // A server of HTTP/2 takes HTTP/1.1, too, where it has its time limits.
  const isForHttp1 = !isHttp2(server) || 'requestTimeout' in server;
  return {
    // A worker of a cluster may have none; nor has a server any more that has been closed at once.
    TCP: clusterSchedulingOf(server) === 'round-robin' ? undefined : (handle ?? undefined),
    'net.Server': server,
    'net.Socket': socket,
    'http.Server': isHttp2(server) ? undefined : server,
    ConnectionsList: isForHttp1 ? (parserList(server) ?? {}) : undefined,
    OutgoingMessage: new ServerResponse(new IncomingMessage(socket)),
    TLSSocket: isTls(server) ? new (process.getBuiltinModule('node:tls').TLSSocket)(new Socket()) : undefined,
  };
}

/** What the drain wants and does not have, and what that means, one sentence each. To be asked of a server that listens. */
export function missingInternals(server: Server, samples = samplesOf(server)): string[] {
  const missing = (Object.keys(INTERNALS) as Reached[]).flatMap((of) =>
    Object.entries(INTERNALS[of])
      .filter(([name]) => !has(samples[of], name))
      .map(([name, consequence]) => `${name} of ${of} is missing: ${consequence}`),
  );
  if (process.platform === 'linux' && isKoffiMissing())
    missing.unshift(
      'koffi is not installed: who connects in the instant in which the listener closes may be reset',
    );
  return missing;
}

function has(sample: object | undefined, name: string): boolean {
  if (sample === undefined || name in sample) return true;
  return Object.getOwnPropertySymbols(sample).some(({ description }) => description === name);
}
