import type { HttpServerEvent } from '../draining/events';
import type { Refusal, RefusalLook } from '../draining/refusals';
import type { ListenerCloseReport } from '../listener/listener';

/** How a server is drained. Every time is in milliseconds. */
export interface DrainOptions {
  /** From the call of `close` to the last closed connection, everything included. Default 8000: inside Docker's 10 s. */
  readonly timeoutMs?: number;
  /** How long an idle connection may still bring a request. Default 500, but no more than half of `timeoutMs - delayMs`. */
  readonly lingerMs?: number;
  /** The listener stays open this long, for a balancer that has to see the 503 of a health check first. Default 0. */
  readonly delayMs?: number;
  /** How long a client may be silent in the middle of an exchange: then half a request gets 408. Default 5000. */
  readonly silentClientTimeoutMs?: number;
  /**
   * WebSockets and other upgraded connections, at the end of the linger: closed, or waited for while there is time. Default
   * `end`; with `wait` the application says its goodbye when `draining` aborts.
   */
  readonly upgraded?: 'end' | 'wait';
  /** Server-sent events, at the end of the linger: ended as their handler would, or waited for. Default `end`. */
  readonly eventStreams?: 'end' | 'wait';
  /** What the drain's own answers (408, 503, and 400, 413, 431 to what is no request) look like. Default: text. */
  readonly refusal?: (why: Refusal) => RefusalLook;
  /** Told of each step as it happens. Must not wait. */
  readonly onEvent?: (event: HttpServerEvent) => void;
}

/** The same with nothing left out, and callbacks that do not throw. */
export type AttachOptions = Required<DrainOptions>;

/** What `drainable` adds to a server. */
export interface Drainable {
  /**
   * Stops the server without losing a request. The server's own `close()` calls it. Single flight: whoever calls again gets
   * the first call's promise. Never rejects.
   */
  drain(): Promise<DrainReport>;
  /** Aborts when the drain begins: answer health checks with 503, end what has no end, say goodbye. */
  readonly draining: AbortSignal;
  /** Aborts when the requests have run out of time: give up what they still do. Answers that come soon still go out. */
  readonly outOfTime: AbortSignal;
}

/** What became of everybody. The counts are of requests, unless they say otherwise. */
export interface DrainReport {
  /** `forced`: something was cut short. */
  readonly outcome: 'clean' | 'forced';
  readonly tookMs: number;
  /** Open connections when the drain began. */
  readonly connections: number;
  /** Connections that the kernel had completed, and the listener's close would have reset. */
  readonly acceptedFromQueue: number;
  /** Answered by the application during the drain, with whatever status. */
  readonly answered: number;
  /** Of those, with a 5xx: something that they needed may have been closed before them. */
  readonly failed: number;
  /** Never completely received: 408. */
  readonly timedOut: number;
  /** Came when the time for requests was over, and were not run: 503. */
  readonly turnedAway: number;
  /** Answered, and not taken by the client, who had stopped reading. */
  readonly untaken: number;
  /** Cut short: the time was over, and the application had not answered. */
  readonly forced: number;
  readonly listener: ListenerReport;
  /** What this Node does not let the drain see; empty on the Nodes that it was tested with. */
  readonly degraded: readonly string[];
}

/** How the listener was closed; `reason` where that was by best effort only. */
export type ListenerReport =
  | Pick<ListenerCloseReport, 'method' | 'tookMs' | 'reason'>
  | { readonly method: 'not-listening'; readonly tookMs: 0; readonly reason?: undefined };
