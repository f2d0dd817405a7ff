import type { Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Component, StopDetails } from '../../../application/lifecycle/component';
import type { Deadline } from '../../../application/lifecycle/deadline';
import type { Listener } from '../listener/listener';
import { openListener } from '../listener/open-listener';
import { Connections } from './connections';
import type { HttpServerEvent } from './events';
import { continueWhenRead, createHttpServer } from './http-server';
import {
  type ConnectionCounts,
  DEFAULT_HTTP_LIMITS,
  type DrainingServerOptions,
  type HttpLimits,
} from './options';
import { plainRefusal, Refusals } from './refusals';
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
  readonly #server: Server;
  readonly #connections: Connections;
  #listener: Listener | undefined;
  #watch: NodeJS.Timeout | undefined;

  constructor(options: DrainingServerOptions) {
    this.#options = options;
    this.name = options.name ?? 'http-server';
    if (options.stopWithinMs !== undefined) this.stopWithinMs = options.stopWithinMs;
    this.#limits = { ...DEFAULT_HTTP_LIMITS, ...options.limits };
    this.#server = this.#createServer();
    this.#connections = new Connections({
      server: this.#server,
      refusals: new Refusals(options.refusalLook ?? plainRefusal),
      limits: this.#limits,
      areOurs: true,
      emit: (event) => this.#emit(event),
    });
  }

  /** Listens, unless `signal` is aborted. Rejects with the error of the bind (`EADDRINUSE`, ...). */
  async start(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    this.#listener = await openListener(this.#server, this.#options.target);
    const { address } = this.#listener;
    const text = typeof address === 'string' ? address : `${address.address}:${address.port}`;
    this.#emit({ type: 'listening', address: text });
    const unread = new UnreadAnswers(this.#connections.all, this.#limits.unreadAnswerTimeoutMs);
    this.#watch = setInterval(() => unread.cut(), LOOK_EVERY_MS).unref();
  }

  /** Closes the listener, answers what is in flight, and closes every connection, by the deadline in any case. */
  async stop(deadline: Deadline): Promise<StopDetails> {
    const startedAt = performance.now();
    const listener = this.#listener;
    if (listener === undefined) return {};
    clearInterval(this.#watch);
    const outcome = await this.#connections.close({
      listener,
      startedAt,
      deadlineAt: deadline.at,
      lingerMs: this.#options.lingerMs,
      cancel: () => this.#tell(this.#options.cancel),
      upgraded: 'end',
      eventStreams: 'wait',
    });
    const { answered, failed, timedOut, turnedAway, unread } = outcome.tally;
    const { atSignal, lastAnswerAtMs, listener: report, tookMs } = outcome;
    const forced = this.#options.isLossHarmless ? 0 : outcome.forced;
    this.#emit({ type: 'drained', atMs: tookMs, lastAnswerAtMs, forced });
    return {
      forced,
      figures: {
        connectionsAtSignal: atSignal.total,
        activeAtSignal: atSignal.active,
        ...(report && { acceptedFromQueue: report.accepted, listenerCloseMs: report.tookMs }),
        ...(report?.synDropMs === undefined ? {} : { synDropMs: report.synDropMs }),
        answeredDuringDrain: answered,
        failedDuringDrain: failed,
        timedOut,
        turnedAway,
        unread,
        drainMs: tookMs,
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
    return this.#connections.counts();
  }

  #createServer(): Server {
    const { handler, onUpgrade } = this.#options;
    const server = createHttpServer(this.#limits, {
      accepted: (socket) => this.#connections.accepted(socket),
      received: (request, response, expectsContinue) => {
        if (expectsContinue) continueWhenRead(request, response);
        if (!this.#connections.received(request, response, handler)) request.resume();
      },
      failed: (error, socket) => this.#connections.failed(error, socket),
      idleTooLong: (socket) => this.#connections.idleTooLong(socket),
    });
    if (onUpgrade) {
      server.on('upgrade', (request, socket, head) => {
        this.#connections.upgraded(socket as Socket);
        onUpgrade(request, socket, head);
      });
    }
    return server;
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
