import type { IncomingMessage, RequestListener } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Log } from '../../../application/ports/log';
import type { ListenTarget } from '../listener/listener';
import type { HttpServerObserver } from './events';
import type { HttpLimits } from './limits';

export interface DrainingServerOptions {
  readonly handler: RequestListener;
  readonly target: ListenTarget;
  /** How long after the signal an idle connection may still send a request, at the least. */
  readonly lingerMs: number;
  readonly log: Log;
  /** Called once at most, when requests have run out of time: aborts their work. Handlers may still answer then. */
  readonly cancel: () => void;
  readonly limits?: Partial<HttpLimits>;
  readonly observer?: HttpServerObserver;
  /** Without it an upgrade is served as the plain request that it also is (RFC 9110, 7.8). */
  readonly onUpgrade?: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
}

/** Connections at this moment. `active`: with a request that a handler is at; the others are idle. */
export interface ConnectionCounts {
  readonly total: number;
  readonly active: number;
  readonly idle: number;
}
