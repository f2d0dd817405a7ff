import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { planDrain } from '../../../domain/lifecycle/drain-plan';
import { TIME_BUDGET } from '../../../domain/lifecycle/time-budget';
import { closeListener } from '../listener/close-listener';
import type { Listener, ListenerCloseReport } from '../listener/listener';
import type { Alongside } from './alongside';
import { announceClose, saysClose } from './close-announcement';
import { Connection, type ConnectionOptions } from './connection';
import { Drain } from './drain';
import { DrainTally } from './drain-tally';
import type { HttpServerEvent } from './events';
import { type Receiving, receivingOf } from './half-received';
import type { ConnectionCounts, EndlessPolicy, HttpLimits } from './options';
import { judgeClientError, type Refusals } from './refusals';

interface ConnectionsOptions {
  readonly server: Server;
  readonly refusals: Refusals;
  readonly limits: Pick<HttpLimits, 'peerFinTimeoutMs' | 'silentClientTimeoutMs' | 'discardTimeoutMs'>;
  /** Whose the connections are until their end begins: ours, or the server's, who does with them as node:http does. */
  readonly areOurs: boolean;
  readonly emit: (event: HttpServerEvent) => void;
  /** What of TLS has come on a connection and cannot be read yet. */
  readonly isHalfRecord?: (socket: Socket) => boolean;
  /** A request has its answer, or its connection is gone. */
  readonly onOver?: (socket: Socket) => void;
}

interface DrainTerms extends EndlessPolicy {
  /** Undefined: it did not listen. */
  readonly listener: Listener | undefined;
  /** In milliseconds of `performance.now()`. */
  readonly startedAt: number;
  readonly deadlineAt: number;
  readonly lingerMs: number;
  readonly cancel: () => void;
  readonly alongside?: readonly Alongside[];
  /** See {@link CloseOptions}. */
  readonly closeSocket?: (() => void) | undefined;
}

/** What is counted from the beginning of a stop on. */
interface Stop {
  readonly atSignal: ConnectionCounts;
  readonly tally: DrainTally;
}

export interface DrainOutcome {
  readonly atSignal: ConnectionCounts;
  readonly listener: ListenerCloseReport | undefined;
  readonly tally: DrainTally;
  /** Requests that were cut short, on whatever kind of connection. */
  readonly forced: number;
  readonly tookMs: number;
  /** Undefined: nothing was answered. */
  readonly lastAnswerAtMs: number | undefined;
}

/** The HTTP/1.1 connections of a server, with what is outstanding on each, and their drain. */
export class Connections {
  readonly #options: ConnectionsOptions;
  readonly #connectionOptions: ConnectionOptions;
  readonly #receiving: Receiving;
  readonly #bySocket = new Map<Socket, Connection>();
  /** See Drain's; also before there is one. */
  readonly answered: Promise<void>;
  #allAnswered = () => {};
  #areOurs: boolean;
  /** From the beginning of the stop on. */
  #stop: Stop | undefined;
  #drain: Drain | undefined;

  constructor(options: ConnectionsOptions) {
    this.#options = options;
    this.#areOurs = options.areOurs;
    this.#receiving = receivingOf(options.server, this.#bySocket, options.isHalfRecord);
    this.#connectionOptions = {
      refusals: options.refusals,
      ...options.limits,
      onOver: (connection, response) => {
        options.onOver?.(connection.socket);
        this.#stop?.tally.over(response);
        this.#drain?.over(connection);
      },
      onCut: (connection) => this.#stop?.tally.cancel(connection.responses),
    };
    this.answered = new Promise((resolve) => {
      this.#allAnswered = resolve;
    });
  }

  get all(): ReadonlyMap<Socket, Connection> {
    return this.#bySocket;
  }

  get drain(): Drain | undefined {
    return this.#drain;
  }

  counts(): ConnectionCounts {
    let active = 0;
    for (const { responses } of this.#bySocket.values()) if (responses.length > 0) active += 1;
    const total = this.#bySocket.size;
    return { total, active, idle: total - active };
  }

  /** @param idleFrom see {@link Connection} */
  accepted(socket: Socket, idleFrom?: number): void {
    // It will never say that it is closed.
    if (socket.destroyed) return;
    const connection = new Connection(socket, this.#connectionOptions, idleFrom);
    if (this.#options.areOurs) connection.takeOver();
    this.#bySocket.set(socket, connection);
    socket.once('close', () => {
      this.#bySocket.delete(socket);
      for (const response of connection.responses) this.#stop?.tally.over(response);
      this.#drain?.closed(connection);
    });
  }

  /** Everybody has heard of the connection, and could refuse it: from now on it is looked after, if we do so yet. */
  welcomed(socket: Socket): void {
    if (this.#areOurs && !this.#options.areOurs) this.#bySocket.get(socket)?.guard();
  }

  /** Who listens for errors of clients ends the connection as he likes. */
  letGo(error: NodeJS.ErrnoException, socket: Socket): void {
    if (judgeClientError(error) !== 'ignore') this.#bySocket.get(socket)?.letGo();
  }

  /**
   * Has `handler` answer: now or, during the drain, as soon as it is known what follows it. Not what cannot be answered. False:
   * it came on no connection that is open here.
   */
  received(request: IncomingMessage, response: ServerResponse, handler: RequestListener): boolean {
    const connection = this.#bySocket.get(request.socket);
    if (connection === undefined) return false;
    if (this.#areOurs && !canAnswer(connection)) {
      request.resume();
      return true;
    }
    connection.responses.push(response);
    response.on('close', connection.onResponseClose);
    this.#stop?.tally.expect(response);
    if (this.#drain) {
      this.#drain.take(connection, request, response, handler);
      return true;
    }
    if (this.#areOurs && !this.#options.areOurs) this.#announce(connection, response);
    handler(request, response);
    return true;
  }

  upgraded(socket: Socket): void {
    this.#bySocket.get(socket)?.upgrade();
  }

  /** The parser's verdict on what came, or an error of the socket. */
  failed(error: NodeJS.ErrnoException, socket: Socket): void {
    const connection = this.#bySocket.get(socket);
    const verdict = judgeClientError(error);
    if (connection === undefined) socket.destroy();
    else if (verdict === 'destroy' || !socket.writable) connection.destroy();
    else if (verdict === 'ignore') connection.stopReading();
    else connection.refuse(verdict);
  }

  idleTooLong(socket: Socket): void {
    this.#bySocket.get(socket)?.lingeringClose();
  }

  /** The stop begins: from now on nobody else ends a connection, or tells a client that it is about to end. */
  beginStop(): Stop {
    if (this.#stop) return this.#stop;
    const tally = new DrainTally(this.#options.refusals);
    this.#stop = { atSignal: this.counts(), tally };
    for (const { responses } of this.#bySocket.values())
      for (const response of responses) tally.expect(response);
    if (this.#areOurs) return this.#stop;
    this.#areOurs = true;
    for (const connection of this.#bySocket.values()) {
      connection.guard();
      for (const response of connection.responses) this.#announce(connection, response);
    }
    return this.#stop;
  }

  /** Closes the listener, answers what is in flight, and closes every connection, by the deadline in any case. */
  async close(terms: DrainTerms): Promise<DrainOutcome> {
    const { emit, limits, refusals } = this.#options;
    const { alongside = [], cancel, deadlineAt, eventStreams, lingerMs, startedAt, upgraded } = terms;
    const { atSignal, tally } = this.beginStop();
    const listener = terms.listener && (await this.#closeListener(terms.listener, terms));
    if (listener) emit({ type: 'listener-closed', atMs: performance.now() - startedAt, report: listener });
    this.#drain = new Drain({
      receiving: this.#receiving,
      connections: this.#bySocket,
      refusals,
      tally,
      cancel,
      silentClientTimeoutMs: limits.silentClientTimeoutMs,
      alongside,
      plan: planDrain(startedAt, deadlineAt, lingerMs),
      startedAt,
      upgraded,
      eventStreams,
      emit,
    });
    const { answered, done } = this.#drain;
    void answered.then(this.#allAnswered);
    await done;
    const tookMs = performance.now() - startedAt;
    const lastAnswerAtMs = tally.lastAnswerAt === undefined ? undefined : tally.lastAnswerAt - startedAt;
    const forced = alongside.reduce((sum, other) => sum + other.forced, tally.forced);
    return { atSignal, listener, tally, forced, tookMs, lastAnswerAtMs };
  }

  /** Before any `Connection: close`: told so, clients reconnect at once, into a listener that is about to close. */
  #closeListener(listener: Listener, { deadlineAt, closeSocket }: DrainTerms): Promise<ListenerCloseReport> {
    const halfMs = Math.max(0, deadlineAt - performance.now()) / 2;
    return closeListener(this.#options.server, listener, {
      handshakeTimeoutMs: Math.min(TIME_BUDGET.handshakesMs, halfMs),
      acceptTimeoutMs: Math.min(TIME_BUDGET.acceptQueueMs, halfMs),
      ...(closeSocket && { closeSocket }),
    });
  }

  #announce(connection: Connection, response: ServerResponse): void {
    announceClose(connection, response, () => this.#receiving.has(connection.socket));
  }
}

/** Never run what cannot be answered. */
function canAnswer(connection: Connection): boolean {
  return connection.takesRequests && !(connection.responses.length > 0 && saysClose(connection));
}
