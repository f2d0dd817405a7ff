import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { DrainPlan } from '../../../domain/lifecycle/drain-plan';
import type { Alongside } from './alongside';
import { announceClose, isHeld, releaseFront } from './close-announcement';
import type { Connection } from './connection';
import type { DrainTally } from './drain-tally';
import { endQuietly, isEventStream } from './event-streams';
import type { DrainEvent, HttpServerEvent } from './events';
import type { Receiving } from './half-received';
import type { EndlessPolicy } from './options';
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

export interface DrainContext extends EndlessPolicy {
  readonly receiving: Receiving;
  readonly connections: ReadonlyMap<Socket, Connection>;
  readonly refusals: Refusals;
  /** Counts from the beginning of the stop on, and is told of every response elsewhere. */
  readonly tally: DrainTally;
  readonly cancel: () => void;
  readonly silentClientTimeoutMs: number;
  /** Whatever else must be over before the drain is: handshakes, sessions of HTTP/2. */
  readonly alongside: readonly Alongside[];
  readonly plan: DrainPlan;
  /** When `stop` was called; `performance.now()`. */
  readonly startedAt: number;
  readonly emit: (event: HttpServerEvent) => void;
}

/** From the closed listener to the last closed connection. Begins with its construction. */
export class Drain {
  /** Resolves when no connection is left; `plan.destroyAt` at the latest. Never rejects. */
  readonly done: Promise<void>;
  /** The same, but for upgraded connections, which their protocol ends; no later than `done`. */
  readonly answered: Promise<void>;
  readonly #context: DrainContext;
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
  #allAnswered = () => {};
  #phase: 'serving' | 'cancelled' | 'refused' | 'destroyed' = 'serving';

  constructor(context: DrainContext) {
    this.#context = context;
    this.#unread = new UnreadAnswers(context.connections, context.silentClientTimeoutMs);
    this.done = new Promise((resolve) => {
      this.#finish = resolve;
    });
    this.answered = new Promise((resolve) => {
      this.#allAnswered = resolve;
    });
    for (const other of context.alongside) other.begin?.();
    for (const connection of context.connections.values()) {
      connection.isDraining = true;
      for (const response of connection.responses) this.#expect(connection, response);
    }
    this.#look();
  }

  /** A request that arrived during the drain; it is on its connection's list already. */
  take(
    connection: Connection,
    request: IncomingMessage,
    response: ServerResponse,
    handler: RequestListener,
  ): void {
    this.#expect(connection, response);
    // One loop turn later everything that was pipelined behind it has been parsed, and the close goes on the last.
    setImmediate(() => {
      if (response.destroyed || response.writableEnded || connection.isClosing) return;
      if (this.#phase === 'serving') {
        handler(request, response);
        return;
      }
      this.#context.tally.turnAway(response);
      this.#context.refusals.inTurn(response, 'not-run');
    });
  }

  /** A response of any connection is over. */
  over(connection: Connection): void {
    releaseFront(connection);
    if (connection.responses.length === 0) this.#idle(connection);
  }

  /** A connection is closed; it is off the list. */
  closed(connection: Connection): void {
    this.#idle(connection);
    this.endIfOver();
  }

  /** Of whatever is {@link Alongside} the last may have gone. */
  endIfOver(): void {
    const { alongside, connections } = this.#context;
    if (connections.size === 0 && alongside.every(({ size }) => size === 0)) this.#end();
  }

  #expect(connection: Connection, response: ServerResponse): void {
    connection.isDraining = true;
    this.#busy.add(connection);
    announceClose(connection, response, () => this.#context.receiving.has(connection.socket));
  }

  /** Only the last one changes anything: then closing the idle may be due. Others may become the last one after it. */
  #idle(connection: Connection): void {
    if (!this.#busy.delete(connection) || this.#busy.size > 0) return;
    if (performance.now() < this.#context.plan.closeIdleAt) return;
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
    const { closeIdleAt, cancelAt, refuseAt, destroyAt } = this.#context.plan;
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
    const { alongside, plan, receiving } = this.#context;
    for (const other of alongside) other.advance(now, plan);
    this.endIfOver();
    if (this.#ended) return;
    const half = receiving.all();
    this.#timeOut(half, now);
    this.#giveUpUnread();
    if (this.#phase === 'serving' && now >= plan.cancelAt) this.#cancel();
    if (this.#phase === 'cancelled' && now >= plan.refuseAt) this.#refuse();
    if (this.#phase === 'refused' && now >= plan.destroyAt) this.#destroy();
    if (now >= plan.closeIdleAt) {
      this.#endStreams();
      this.#closeIdle(half, now);
    }
  }

  #timeOut(half: Set<Socket>, now: number): void {
    const { connections, silentClientTimeoutMs, plan } = this.#context;
    let requests = 0;
    for (const socket of half) {
      const connection = connections.get(socket);
      if (!connection?.takesRequests) continue;
      if (now < plan.cancelAt && this.#sending.ofMs(socket, now) < silentClientTimeoutMs) continue;
      connection.refuse('timed-out');
      requests += 1;
    }
    this.#context.tally.timedOut += requests;
    if (requests > 0) this.#emit({ type: 'timed-out', requests });
  }

  #giveUpUnread(): void {
    const responses = this.#unread.cut();
    if (responses.length === 0) return;
    this.#context.tally.giveUp(responses);
    this.#emit({ type: 'unread', requests: responses.length });
  }

  #cancel(): void {
    this.#phase = 'cancelled';
    const responses = this.#unanswered();
    const elsewhere = this.#context.alongside.reduce((sum, { unanswered }) => sum + unanswered, 0);
    if (responses.length + elsewhere === 0) return;
    this.#context.tally.cancel(responses);
    this.#emit({ type: 'cancelled', requests: responses.length + elsewhere });
    this.#context.cancel();
  }

  #refuse(): void {
    this.#phase = 'refused';
    let requests = 0;
    for (const connection of this.#context.connections.values()) {
      const newest = connection.responses.at(-1);
      for (const response of connection.isHijacked ? [] : connection.responses) {
        if (response.headersSent || isHeld(response)) continue;
        const close = response === newest && connection.mayCloseWithAnswer;
        this.#context.refusals.inPlaceOfHandler(response, 'not-awaited', close);
        requests += 1;
      }
    }
    if (requests > 0) this.#emit({ type: 'refused', requests });
  }

  #destroy(): void {
    this.#phase = 'destroyed';
    const { connections, upgraded } = this.#context;
    this.#emit({ type: 'destroyed', connections: connections.size });
    for (const connection of connections.values()) {
      if (upgraded === 'wait' && connection.isHijacked && !connection.isClosing)
        this.#context.tally.forced += 1;
      connection.destroy();
    }
  }

  /** Where nobody ends them they have no end: it is the application's work until the end of the linger, and then ours. */
  #endStreams(): void {
    if (this.#context.eventStreams === 'wait') return;
    let streams = 0;
    for (const { isHijacked, responses } of this.#context.connections.values()) {
      const [front] = responses;
      if (isHijacked || front === undefined || !isEventStream(front)) continue;
      endQuietly(front);
      streams += 1;
    }
    if (streams > 0) this.#emit({ type: 'streams-ended', streams });
  }

  /**
   * While anything is in flight the idle may stay: whoever asks for the health on one sees the 503. All get the whole
   * linger, also those that had long been silent: a balancer asks only every few seconds, and is to see the 503 too.
   */
  #closeIdle(half: Set<Socket>, now: number): void {
    const { connections, upgraded } = this.#context;
    const isLast = this.#phase === 'refused';
    const open = [...connections.values()].filter((connection) => !connection.isClosing);
    const hijacked = open.filter((connection) => connection.isHijacked);
    const idle = open.filter(
      (c) =>
        !c.isHijacked && c.responses.length === 0 && !half.has(c.socket) && (c.idleFrom <= now || isLast),
    );
    if (hijacked.length === connections.size) this.#allAnswered();
    const quiet = idle.length + hijacked.length === open.length || isLast;
    const leaving = [...(upgraded === 'wait' ? [] : hijacked), ...(quiet ? idle : [])];
    if (leaving.length > 0) afterReading(() => this.#closeAll(leaving));
  }

  #closeAll(leaving: Connection[]): void {
    const half = this.#context.receiving.all();
    // A request that is on the wire learns from the 408 that it was not carried out; a FIN would leave that open.
    const notCarriedOut = this.#context.refusals.bytes('timed-out');
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
    const served = [...this.#context.connections.values()].filter((connection) => !connection.isHijacked);
    return served.flatMap(({ responses }) => responses).filter((response) => response.req.complete);
  }

  #emit(event: DrainEvent): void {
    this.#context.emit({ ...event, atMs: performance.now() - this.#context.startedAt });
  }

  #end(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#allAnswered();
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
