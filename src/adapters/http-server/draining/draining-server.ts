import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Component, StopDetails } from '../../../application/lifecycle/component';
import type { Deadline } from '../../../application/lifecycle/deadline';
import { TIME_BUDGET } from '../../../domain/lifecycle/time-budget';
import { closeListener } from '../listener/close-listener';
import type { Listener } from '../listener/listener';
import { openListener } from '../listener/open-listener';
import { saysClose } from './close-announcement';
import { Connection } from './connection';
import { Drain } from './drain';
import { planDrain } from './drain-plan';
import type { HttpServerEvent } from './events';
import { continueWhenRead, createHttpServer } from './http-server';
import {
  type ConnectionCounts,
  DEFAULT_HTTP_LIMITS,
  type DrainingServerOptions,
  type HttpLimits,
} from './options';
import { judgeClientError, plainRefusal, Refusals } from './refusals';
import { UnreadAnswers } from './silent-clients';

/** Between two looks for answers that nobody reads. */
const LOOK_EVERY_MS = 1_000;

/**
 * An HTTP/1.1 server whose stop loses no request: what is established is answered, what is new is refused.
 *
 * Does not wait for what a hijacked or upgraded connection is at (it is closed at the end of the linger), and does
 * not undo what a handler does after its request was refused: that is what `cancel` is for.
 */
export class DrainingServer implements Component {
  readonly name: string;
  readonly stopWithinMs?: number;
  readonly #options: DrainingServerOptions;
  readonly #limits: HttpLimits;
  readonly #refusals: Refusals;
  readonly #server: Server;
  readonly #connections = new Map<Socket, Connection>();
  #listener: Listener | undefined;
  #drain: Drain | undefined;
  #watch: NodeJS.Timeout | undefined;

  constructor(options: DrainingServerOptions) {
    this.#options = options;
    this.name = options.name ?? 'http-server';
    if (options.stopWithinMs !== undefined) this.stopWithinMs = options.stopWithinMs;
    this.#refusals = new Refusals(options.refusalLook ?? plainRefusal);
    this.#limits = { ...DEFAULT_HTTP_LIMITS, ...options.limits };
    this.#server = this.#createServer();
  }

  /** Listens, unless `signal` is aborted. Rejects with the error of the bind (`EADDRINUSE`, ...). */
  async start(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    this.#listener = await openListener(this.#server, this.#options.target);
    const { address } = this.#listener;
    const text = typeof address === 'string' ? address : `${address.address}:${address.port}`;
    this.#emit({ type: 'listening', address: text });
    const unread = new UnreadAnswers(this.#connections, this.#limits.unreadAnswerTimeoutMs);
    this.#watch = setInterval(() => unread.cut(), LOOK_EVERY_MS).unref();
  }

  /** Closes the listener, answers what is in flight, and closes every connection, by the deadline in any case. */
  async stop(deadline: Deadline): Promise<StopDetails> {
    const startedAt = performance.now();
    const listener = this.#listener;
    if (listener === undefined) return {};
    const atSignal = this.connectionCounts();
    // Before any `Connection: close`: told so, clients reconnect at once, into a listener that is about to close.
    const halfMs = deadline.remainingMs() / 2;
    const report = await closeListener(this.#server, listener, {
      handshakeTimeoutMs: Math.min(TIME_BUDGET.handshakesMs, halfMs),
      acceptTimeoutMs: Math.min(TIME_BUDGET.acceptQueueMs, halfMs),
    });
    this.#emit({ type: 'listener-closed', atMs: performance.now() - startedAt, report });
    const drain = new Drain({
      server: this.#server,
      connections: this.#connections,
      handler: this.#options.handler,
      refusals: this.#refusals,
      cancel: () => this.#tell(this.#options.cancel),
      silentClientTimeoutMs: this.#limits.silentClientTimeoutMs,
      plan: planDrain(startedAt, deadline.at, this.#options.lingerMs),
      startedAt,
      emit: (event) => this.#emit(event),
    });
    this.#drain = drain;
    clearInterval(this.#watch);
    await drain.done;
    const { answered, failed, timedOut, turnedAway, unread, lastAnswerAt } = drain.tally;
    const forced = this.#options.isLossHarmless ? 0 : drain.tally.forced;
    const drainMs = performance.now() - startedAt;
    const lastAnswerAtMs = lastAnswerAt === undefined ? undefined : lastAnswerAt - startedAt;
    this.#emit({ type: 'drained', atMs: drainMs, lastAnswerAtMs, forced });
    return {
      forced,
      figures: {
        connectionsAtSignal: atSignal.total,
        activeAtSignal: atSignal.active,
        acceptedFromQueue: report.accepted,
        listenerCloseMs: report.tookMs,
        ...(report.synDropMs === undefined ? {} : { synDropMs: report.synDropMs }),
        answeredDuringDrain: answered,
        failedDuringDrain: failed,
        timedOut,
        turnedAway,
        unread,
        drainMs,
      },
    };
  }

  /** Where it listens. Throws before `start` has resolved, and for an inherited Unix socket. */
  address(): AddressInfo {
    const address = this.#listener?.address;
    if (address === undefined || typeof address === 'string')
      throw new Error('the server has no TCP address');
    return address;
  }

  connectionCounts(): ConnectionCounts {
    let active = 0;
    for (const { responses } of this.#connections.values()) if (responses.length > 0) active += 1;
    const total = this.#connections.size;
    return { total, active, idle: total - active };
  }

  #createServer(): Server {
    const server = createHttpServer(this.#limits, {
      accepted: (socket) => this.#accepted(socket),
      received: (request, response, expectsContinue) => this.#received(request, response, expectsContinue),
      failed: (error, socket) => this.#failed(error, socket),
      idleTooLong: (socket) => this.#connections.get(socket)?.lingeringClose(),
    });
    const { onUpgrade } = this.#options;
    if (onUpgrade) {
      server.on('upgrade', (request, socket, head) => {
        this.#connections.get(socket as Socket)?.upgrade();
        onUpgrade(request, socket, head);
      });
    }
    return server;
  }

  #accepted(socket: Socket): void {
    const { peerFinTimeoutMs, silentClientTimeoutMs, discardTimeoutMs } = this.#limits;
    const connection = new Connection(socket, {
      refusals: this.#refusals,
      peerFinTimeoutMs,
      stalledBodyTimeoutMs: silentClientTimeoutMs,
      discardTimeoutMs,
      onOver: (over, response) => this.#drain?.over(over, response),
    });
    this.#connections.set(socket, connection);
    socket.once('close', () => {
      this.#connections.delete(socket);
      this.#drain?.closed(connection);
    });
  }

  #received(request: IncomingMessage, response: ServerResponse, expectsContinue: boolean): void {
    const connection = this.#connections.get(request.socket);
    // Never run what cannot be answered.
    if (!connection?.takesRequests || (connection.responses.length > 0 && saysClose(connection))) {
      request.resume();
      return;
    }
    if (expectsContinue) continueWhenRead(request, response);
    connection.responses.push(response);
    response.on('close', connection.onResponseClose);
    if (this.#drain) this.#drain.take(connection, request, response);
    else this.#options.handler(request, response);
  }

  #failed(error: NodeJS.ErrnoException, socket: Socket): void {
    const connection = this.#connections.get(socket);
    const verdict = judgeClientError(error);
    if (connection === undefined || verdict === 'destroy' || !socket.writable) socket.destroy();
    else if (verdict === 'ignore') connection.stopReading();
    else connection.refuse(verdict);
  }

  #emit(event: HttpServerEvent): void {
    this.#tell(() => this.#options.observer?.(event));
  }

  /** What others make of the drain must not end it: nobody would look after its connections any more. */
  #tell(others: (() => void) | undefined): void {
    try {
      others?.();
    } catch (error) {
      this.#tellOfFailure(error);
    }
  }

  #tellOfFailure(error: unknown): void {
    try {
      this.#options.observer?.({ type: 'callback-failed', error });
    } catch {
      // Whoever cannot hear of his own failure has been told.
    }
  }
}
