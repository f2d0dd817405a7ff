import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { announceClose, isHeld, releaseFront } from './close-announcement';
import type { Connection } from './connection';
import type { DrainPlan } from './drain-plan';
import { DrainTally } from './drain-tally';
import type { DrainEvent, HttpServerEvent } from './events';
import { halfReceived, isHalfReceived } from './half-received';
import type { Refusals } from './refusals';
import { Silence, UnreadAnswers } from './silent-clients';

/** Half a head arrives without an event, so the drain looks again this often, at the most. */
const LOOK_EVERY_MS = 10;

/**
 * Looking at a crowd takes its time: no more than this part of the processor's; and of what is left where the exit may depend
 * on the look, because nothing is in flight any more.
 */
const LOOKING_SHARE = 0.1;
const LAST_LOOKS_SHARE = 0.25;

export interface DrainOptions {
  readonly server: Server;
  readonly connections: ReadonlyMap<Socket, Connection>;
  readonly handler: RequestListener;
  readonly refusals: Refusals;
  readonly cancel: () => void;
  readonly silentClientTimeoutMs: number;
  readonly plan: DrainPlan;
  /** When `stop` was called; `performance.now()`. */
  readonly startedAt: number;
  readonly emit: (event: HttpServerEvent) => void;
}

/** From the closed listener to the last closed connection. Begins with its construction. */
export class Drain {
  readonly tally: DrainTally;
  /** Resolves when no connection is left; `plan.destroyAt` at the latest. Never rejects. */
  readonly done: Promise<void>;
  readonly #options: DrainOptions;
  // A paused socket is our own handler being slow, not the client.
  readonly #sending = new Silence((socket) => (socket.isPaused() ? undefined : socket.bytesRead));
  readonly #unread: UnreadAnswers;
  /** Connections on which something is in flight: with each answer nobody wants to look at all of them. */
  readonly #busy = new Set<Connection>();
  #timer: NodeJS.Timeout | undefined;
  /** The last look, and when the next one is due; `performance.now()`. */
  #looked = { at: 0, tookMs: 0 };
  #nextLookAt = Number.POSITIVE_INFINITY;
  #ended = false;
  #finish = () => {};
  #phase: 'serving' | 'cancelled' | 'refused' | 'destroyed' = 'serving';

  constructor(options: DrainOptions) {
    this.#options = options;
    this.tally = new DrainTally(options.refusals);
    this.#unread = new UnreadAnswers(options.connections, options.silentClientTimeoutMs);
    this.done = new Promise((resolve) => {
      this.#finish = resolve;
    });
    for (const connection of options.connections.values()) {
      for (const response of connection.responses) this.#expect(connection, response);
    }
    this.#look();
  }

  /** A request that arrived during the drain; it is on its connection's list already. */
  take(connection: Connection, request: IncomingMessage, response: ServerResponse): void {
    this.#expect(connection, response);
    // One loop turn later everything that was pipelined behind it has been parsed, and the close goes on the last.
    setImmediate(() => {
      if (response.destroyed || response.writableEnded || connection.isClosing) return;
      if (this.#phase === 'serving') {
        this.#options.handler(request, response);
        return;
      }
      this.tally.turnAway(response);
      this.#options.refusals.inTurn(response, 'not-run');
    });
  }

  /** A response of any connection is over. */
  over(connection: Connection, response: ServerResponse): void {
    this.tally.over(response);
    releaseFront(connection);
    if (connection.responses.length === 0) this.#idle(connection);
  }

  /** A connection is closed; it is off the list. */
  closed(connection: Connection): void {
    for (const response of connection.responses) this.tally.over(response);
    this.#idle(connection);
    if (this.#options.connections.size === 0) this.#end();
  }

  #expect(connection: Connection, response: ServerResponse): void {
    this.#busy.add(connection);
    this.tally.expect(response);
    announceClose(connection, response, () => isHalfReceived(this.#options.server, connection.socket));
  }

  /** Only the last one changes anything: then closing the idle may be due. Others may become the last one after it. */
  #idle(connection: Connection): void {
    if (!this.#busy.delete(connection) || this.#busy.size > 0) return;
    if (performance.now() < this.#options.plan.closeIdleAt) return;
    const { at, tookMs } = this.#looked;
    this.#lookAt(at + tookMs / LAST_LOOKS_SHARE);
  }

  /** Looks at all connections now, and again: soon, but not at the price of those who wait for their answers. */
  #look(): void {
    const at = performance.now();
    this.#nextLookAt = Number.POSITIVE_INFINITY;
    this.#advance(at);
    const tookMs = performance.now() - at;
    this.#looked = { at, tookMs };
    const { closeIdleAt, cancelAt, refuseAt, destroyAt } = this.#options.plan;
    const due = [closeIdleAt, cancelAt, refuseAt, destroyAt].find((moment) => moment > at) ?? at;
    this.#lookAt(Math.max(at + LOOK_EVERY_MS, Math.min(at + tookMs / LOOKING_SHARE, due)));
  }

  /** Looks then, if not sooner. */
  #lookAt(at: number): void {
    if (this.#ended || at >= this.#nextLookAt) return;
    this.#nextLookAt = at;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#look(), Math.max(0, at - performance.now()));
  }

  #advance(now: number): void {
    const { connections, plan } = this.#options;
    if (connections.size === 0) {
      this.#end();
      return;
    }
    const half = halfReceived(this.#options.server);
    this.#timeOut(half, now);
    this.#giveUpUnread();
    if (this.#phase === 'serving' && now >= plan.cancelAt) this.#cancel();
    if (this.#phase === 'cancelled' && now >= plan.refuseAt) this.#refuse();
    if (this.#phase === 'refused' && now >= plan.destroyAt) this.#destroy();
    if (now >= plan.closeIdleAt) this.#closeIdle(half);
  }

  #timeOut(half: Set<Socket>, now: number): void {
    const { connections, silentClientTimeoutMs, plan } = this.#options;
    let requests = 0;
    for (const socket of half) {
      const connection = connections.get(socket);
      if (!connection?.takesRequests) continue;
      if (now < plan.cancelAt && this.#sending.ofMs(socket, now) < silentClientTimeoutMs) continue;
      connection.refuse('timed-out');
      requests += 1;
    }
    this.tally.timedOut += requests;
    if (requests > 0) this.#emit({ type: 'timed-out', requests });
  }

  #giveUpUnread(): void {
    const responses = this.#unread.cut();
    if (responses.length === 0) return;
    this.tally.giveUp(responses);
    this.#emit({ type: 'unread', requests: responses.length });
  }

  #cancel(): void {
    this.#phase = 'cancelled';
    const responses = this.#unanswered();
    if (responses.length === 0) return;
    this.tally.cancel(responses);
    this.#emit({ type: 'cancelled', requests: responses.length });
    this.#options.cancel();
  }

  #refuse(): void {
    this.#phase = 'refused';
    let requests = 0;
    for (const connection of this.#options.connections.values()) {
      const newest = connection.responses.at(-1);
      for (const response of connection.isHijacked ? [] : connection.responses) {
        if (response.headersSent || isHeld(response)) continue;
        const close = response === newest && connection.mayCloseWithAnswer;
        this.#options.refusals.inPlaceOfHandler(response, 'not-awaited', close);
        requests += 1;
      }
    }
    if (requests > 0) this.#emit({ type: 'refused', requests });
  }

  #destroy(): void {
    this.#phase = 'destroyed';
    const { connections } = this.#options;
    this.#emit({ type: 'destroyed', connections: connections.size });
    for (const connection of connections.values()) connection.socket.destroy();
  }

  /**
   * While anything is in flight the idle may stay: whoever asks for the health on one sees the 503. All get the whole
   * linger, also those that had long been silent: a balancer asks only every few seconds, and is to see the 503 too.
   */
  #closeIdle(half: Set<Socket>): void {
    const open = [...this.#options.connections.values()].filter((connection) => !connection.isClosing);
    const hijacked = open.filter((connection) => connection.isHijacked);
    const idle = open.filter((c) => !c.isHijacked && c.responses.length === 0 && !half.has(c.socket));
    const quiet = idle.length + hijacked.length === open.length || this.#phase === 'refused';
    const leaving = quiet ? [...hijacked, ...idle] : hijacked;
    if (leaving.length > 0) afterReading(() => this.#closeAll(leaving));
  }

  #closeAll(leaving: Connection[]): void {
    const half = halfReceived(this.#options.server);
    // A request that is on the wire learns from the 408 that it was not carried out; a FIN would leave that open.
    const notCarriedOut = this.#options.refusals.bytes('timed-out');
    let connections = 0;
    for (const connection of leaving) {
      const busy = connection.responses.length > 0 || half.has(connection.socket);
      if (connection.isClosing || (busy && !connection.isHijacked)) continue;
      connection.lingeringClose(connection.isHijacked ? '' : notCarriedOut);
      connections += 1;
    }
    if (connections > 0) this.#emit({ type: 'idle-closed', connections });
  }

  #unanswered(): ServerResponse[] {
    const served = [...this.#options.connections.values()].filter((connection) => !connection.isHijacked);
    return served.flatMap(({ responses }) => responses).filter((response) => response.req.complete);
  }

  #emit(event: DrainEvent): void {
    this.#options.emit({ ...event, atMs: performance.now() - this.#options.startedAt });
  }

  #end(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#finish();
  }
}

/**
 * Calls back once the event loop has read from all its sockets, so that what had already arrived is seen first. Two turns, because
 * the first may end without a read: the call may come from the phase in which the sockets are read.
 */
function afterReading(callback: () => void): void {
  setImmediate(() => setImmediate(callback));
}
