import type { IncomingMessage, RequestListener } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ListenTarget } from '../listener/listener';
import type { HttpServerObserver } from './events';
import type { Refusal, RefusalLook } from './refusals';

export interface DrainingServerOptions {
  /** The component's name. Default: `http-server`. */
  readonly name?: string;
  readonly handler: RequestListener;
  readonly target: ListenTarget;
  /** How long after the signal an idle connection may still send a request, at the least. */
  readonly lingerMs: number;
  /** See the component's own. */
  readonly stopWithinMs?: number;
  /** A request that is cut short is no lost work: the stop is clean all the same. Default: false. */
  readonly isLossHarmless?: boolean;
  /** Called once at most, when requests have run out of time: aborts their work. Handlers may still answer then. */
  readonly cancel?: () => void;
  readonly limits?: Partial<HttpLimits>;
  /** What the server's own answers look like. Default: the phrase of the status, as text. */
  readonly refusalLook?: (refusal: Refusal) => RefusalLook;
  readonly observer?: HttpServerObserver;
  /** Without it an upgrade is served as the plain request that it also is (RFC 9110, 7.8). */
  readonly onUpgrade?: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
}

/** What becomes of what has no end of its own, at the end of the linger: it is ended, or waited for as long as there is time. */
export interface EndlessPolicy {
  /** Connections that speak another protocol, WebSockets say, or that a handler has taken. */
  readonly upgraded: 'end' | 'wait';
  /** Server-sent events. */
  readonly eventStreams: 'end' | 'wait';
}

/** Connections at this moment. `active`: with a request that a handler is at; the others are idle. */
export interface ConnectionCounts {
  readonly total: number;
  readonly active: number;
  readonly idle: number;
}

/** What the server puts up with, and for how long. Every time is in milliseconds. */
export interface HttpLimits {
  /** From a request's first byte to the end of its head; then 408. */
  readonly headersTimeoutMs: number;
  /** From a request's first byte to the end of its body; then 408. Not a bound on the handler. */
  readonly requestTimeoutMs: number;
  /**
   * How long a kept-alive connection may be idle. It has to outlast the idle timeout of the balancer in front, or
   * that one sends a request into a connection which is just being closed: AWS ALB 60 s, nginx upstreams 60 s.
   * (Google Cloud's is 600 s: raise this to 620 s there.)
   */
  readonly keepAliveTimeoutMs: number;
  /** Connections at a time; further ones are closed as they are accepted. 0: no bound. */
  readonly maxConnections: number;
  /** Bytes of a request's head; above it 431. */
  readonly maxHeaderBytes: number;
  /** Requests on one connection; the last is answered with `Connection: close`. 0: no bound. */
  readonly maxRequestsPerSocket: number;
  /** How long a client may read nothing of an answer that waits for it before it is cut off. */
  readonly unreadAnswerTimeoutMs: number;
  /**
   * How long a client may be silent in the middle of an exchange. During the drain: before half a request gets 408, and
   * before a client that reads nothing of its answer is cut off. At any time: before one is cut off that has got an
   * answer which did not wait for the body (413).
   */
  readonly silentClientTimeoutMs: number;
  /**
   * After our FIN: how long the peer may stay silent without a FIN of its own before the connection is destroyed. A
   * hijacked or upgraded one gets no longer if it goes on talking.
   */
  readonly peerFinTimeoutMs: number;
  /** After our FIN: how long a peer that is still writing (to a 413, say) is read and thrown away. */
  readonly discardTimeoutMs: number;
}

export const DEFAULT_HTTP_LIMITS: HttpLimits = {
  headersTimeoutMs: 15_000,
  requestTimeoutMs: 60_000,
  keepAliveTimeoutMs: 75_000,
  maxConnections: 0,
  maxHeaderBytes: 16_384,
  maxRequestsPerSocket: 0,
  unreadAnswerTimeoutMs: 30_000,
  silentClientTimeoutMs: 5_000,
  peerFinTimeoutMs: 500,
  discardTimeoutMs: 30_000,
};
