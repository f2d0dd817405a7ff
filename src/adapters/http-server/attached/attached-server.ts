import { setMaxListeners } from 'node:events';
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { ServerHttp2Session, ServerHttp2Stream } from 'node:http2';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { Connections } from '../draining/connections';
import type { HttpServerEvent } from '../draining/events';
import { DEFAULT_HTTP_LIMITS } from '../draining/options';
import { Refusals } from '../draining/refusals';
import type { Listener } from '../listener/listener';
import { clearTimeoutChecks } from '../listener/node-internals';
import type { AttachOptions, DrainReport } from './api';
import { Http2Sessions } from './http2-sessions';
import { isHttp2, isTls } from './kind-of-server';
import { TlsHandshakes } from './tls-handshakes';
import { TlsRecords } from './tls-records';
import { warn } from './warnings';

/** Events that give a request to the application. */
const REQUESTS = ['request', 'checkContinue', 'checkExpectation'] as const;
type RequestEvent = (typeof REQUESTS)[number];

type Emit = (event: string, ...args: unknown[]) => boolean;

/** From one `listen` to the end of its drain. */
interface Run {
  readonly draining: AbortController;
  readonly outOfTime: AbortController;
  readonly connections: Connections;
  readonly handshakes: TlsHandshakes;
  readonly records: TlsRecords;
  readonly sessions: Http2Sessions;
  report: Promise<DrainReport> | undefined;
  /** What it listened by when the drain began. */
  handle: unknown;
  /** The server has said `close`, which may be before its last connection has. */
  isClosed: boolean;
  isOver: boolean;
}

/**
 * Somebody else's server, whose drain is ours. Nothing is taken from it: it is listened to by way of its `emit`, so that whoever
 * hears of an event hears of it still, in the same order; until the drain begins it behaves as ever, and during it requests
 * come a turn of the loop later.
 */
export class AttachedServer {
  readonly #server: Server;
  readonly #options: AttachOptions;
  readonly #isTls: boolean;
  /** What the server does with an event, patches of its `emit` by others included. */
  readonly #emit: Emit;
  readonly #deliver: Readonly<Record<RequestEvent, RequestListener>>;
  /** What of node's internals is missing, for the report. */
  degraded: readonly string[] = [];
  #run: Run;
  /** Those before it that are still at their last connections. */
  readonly #before = new Set<Run>();
  #halfOpenBefore: boolean | undefined;
  /** A `close` that somebody has put on the server before us. */
  readonly #ownClose: Server['close'] | undefined;

  constructor(server: Server, options: AttachOptions, ownClose?: Server['close']) {
    this.#server = server;
    this.#options = options;
    this.#ownClose = ownClose;
    this.#isTls = isTls(server);
    this.#emit = emitOf(server);
    const deliver =
      (event: RequestEvent): RequestListener =>
      (request, response) =>
        void this.#emit(event, request, response);
    this.#deliver = {
      request: deliver('request'),
      checkContinue: deliver('checkContinue'),
      checkExpectation: deliver('checkExpectation'),
    };
    this.#run = this.#newRun();
    server.emit = (event: string, ...args: unknown[]) => this.#heard(event, args);
    server.on('listening', () => {
      // It may listen again as soon as its socket is closed. The event of the first time comes late enough to find a drain.
      if (this.#run.report === undefined || this.#run.handle === handleOf(server)) return;
      if (!this.#run.isOver) this.#before.add(this.#run);
      this.#run = this.#newRun();
    });
  }

  get draining(): AbortSignal {
    return this.#run.draining.signal;
  }

  get outOfTime(): AbortSignal {
    return this.#run.outOfTime.signal;
  }

  /** Whether a `close` is for us: else there is nothing to drain, or it is drained, and what node has to say of that is right. */
  get isToClose(): boolean {
    const { isClosed, report } = this.#run;
    return this.#server.listening || (report !== undefined && !isClosed);
  }

  /** See {@link Drainable}. */
  drain(): Promise<DrainReport> {
    this.#run.report ??= this.#drain(this.#run);
    return this.#run.report;
  }

  /** Drains too, and resolves when all requests are answered; WebSockets that are waited for may be left. */
  async drainRequests(): Promise<void> {
    const report = this.drain();
    await Promise.race([report, this.#run.connections.answered]);
  }

  #newRun(): Run {
    const { eventStreams, refusal, silentClientTimeoutMs } = this.#options;
    const endIfOver = () => connections.drain?.endIfOver();
    const records = new TlsRecords();
    const connections = new Connections({
      server: this.#server,
      refusals: new Refusals(refusal),
      limits: { ...DEFAULT_HTTP_LIMITS, silentClientTimeoutMs },
      areOurs: false,
      emit: (event) => this.#tell(event),
      ...(this.#isTls && {
        isHalfRecord: (socket: Socket) => records.isHalf(socket),
        onOver: (socket: Socket) => records.settle(socket),
      }),
    });
    const [draining, outOfTime] = [new AbortController(), new AbortController()];
    // A listener for each event stream is in order.
    setMaxListeners(0, draining.signal, outOfTime.signal);
    return {
      draining,
      outOfTime,
      connections,
      records,
      handshakes: new TlsHandshakes(silentClientTimeoutMs, endIfOver),
      sessions: new Http2Sessions(eventStreams, endIfOver),
      report: undefined,
      handle: undefined,
      isClosed: false,
      isOver: false,
    };
  }

  async #drain(run: Run): Promise<DrainReport> {
    const startedAt = performance.now();
    const { delayMs, eventStreams, lingerMs, timeoutMs, upgraded } = this.#options;
    const { connections, handshakes, sessions } = run;
    run.isClosed = !this.#server.listening;
    run.handle = handleOf(this.#server);
    connections.beginStop();
    const sessionsAtSignal = sessions.size;
    // The client's half-close is not to take its answers along; node's TLS would end the connection, too.
    const server = this.#server as Server & { httpAllowHalfOpen?: boolean };
    this.#halfOpenBefore ??= server.httpAllowHalfOpen ?? false;
    server.httpAllowHalfOpen = true;
    for (const socket of connections.all.keys()) socket.allowHalfOpen = true;
    run.draining.abort(new Error('the server is stopping'));
    if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
    const outcome = await connections.close({
      listener: listenerOf(this.#server),
      startedAt,
      deadlineAt: startedAt + timeoutMs,
      lingerMs: delayMs + lingerMs,
      cancel: () => run.outOfTime.abort(new Error('the time for requests is over')),
      upgraded,
      eventStreams,
      alongside: [handshakes, sessions],
      closeSocket: this.#ownClose && (() => this.#closeTheirWay()),
    });
    run.isOver = true;
    this.#before.delete(run);
    if (![...this.#runs()].some(isUnderWay)) {
      server.httpAllowHalfOpen = this.#halfOpenBefore;
      this.#halfOpenBefore = undefined;
    }
    if (run === this.#run) clearTimeoutChecks(server);
    const reason = outcome.listener?.reason;
    if (reason)
      warn(
        'BEST_EFFORT',
        `who connected in the instant in which the listener closed may have been reset: ${reason}`,
      );
    const { atSignal, forced, lastAnswerAtMs, listener, tally, tookMs } = outcome;
    this.#tell({ type: 'drained', atMs: tookMs, lastAnswerAtMs, forced });
    return {
      outcome: forced > 0 ? 'forced' : 'clean',
      tookMs,
      connections: atSignal.total + sessionsAtSignal,
      acceptedFromQueue: listener?.accepted ?? 0,
      answered: tally.answered + sessions.answered,
      failed: tally.failed + sessions.failed,
      timedOut: tally.timedOut,
      turnedAway: tally.turnedAway,
      untaken: tally.unread,
      forced,
      listener: listener ?? { method: 'not-listening', tookMs: 0 },
      degraded: this.degraded,
    };
  }

  /** An event of the server, before anyone else has heard of it. Says, as `emit` does, whether anyone listens. */
  #heard(event: string, args: unknown[]): boolean {
    const [first, second] = args;
    switch (event) {
      case 'request':
      case 'checkContinue':
      case 'checkExpectation': {
        const request = first as IncomingMessage;
        // The streams of HTTP/2 have their own way.
        if (request.httpVersionMajor >= 2) break;
        const deliver = this.#deliver[event];
        if (this.#run.connections.received(request, second as ServerResponse, deliver)) return true;
        for (const { connections } of this.#before)
          if (connections.received(request, second as ServerResponse, deliver)) return true;
        break;
      }
      case 'connection': {
        if (this.#isTls) this.#run.handshakes.begun(first as Socket);
        else this.#accepted(first as Socket);
        const isHeard = this.#emit(event, ...args);
        this.#run.connections.welcomed(first as Socket);
        return isHeard;
      }
      case 'secureConnection': {
        this.#secured(first as TLSSocket);
        const isHeard = this.#emit(event, ...args);
        this.#run.connections.welcomed(first as Socket);
        // Only now: it has become a connection or a session, without which the drain would be over with its last handshake.
        for (const { handshakes } of this.#runs()) handshakes.finished(first as TLSSocket);
        return isHeard;
      }
      case 'session':
        this.#run.sessions.opened(first as ServerHttp2Session);
        break;
      case 'stream':
        for (const { sessions } of this.#runs()) sessions.streamOpened(first as ServerHttp2Stream);
        break;
      case 'upgrade':
      case 'connect':
        this.#runOf(second as Socket).connections.upgraded(second as Socket);
        break;
      case 'clientError': {
        const run = this.#runOf(second as Socket);
        if (!isUnderWay(run)) break;
        // Whoever listens for it answers as ever.
        if (this.#server.listenerCount(event) > 0) {
          run.connections.letGo(first as Error, second as Socket);
          break;
        }
        run.connections.failed(first as Error, second as Socket);
        return true;
      }
      case 'timeout':
        if (this.#closeIdle(first as Socket)) return true;
        break;
      case 'close':
        this.#run.isClosed = true;
        break;
    }
    return this.#emit(event, ...args);
  }

  /** Node's part in it may end what is idle, against which the connections are guarded. */
  #closeTheirWay(): void {
    try {
      this.#ownClose?.call(this.#server);
    } catch (error) {
      warn('DRAIN_CALLBACK', `the server's own close has thrown: ${messageOf(error)}`);
    }
  }

  #runs(): Iterable<Run> {
    return [this.#run, ...this.#before];
  }

  #runOf(socket: Socket): Run {
    for (const run of this.#before) if (run.connections.all.has(socket)) return run;
    return this.#run;
  }

  #accepted(socket: Socket, idleFrom?: number): void {
    // Of HTTP/2 without TLS, which is sessions from the first byte on.
    if (!this.#isTls && isHttp2(this.#server)) return;
    if (isUnderWay(this.#run)) socket.allowHalfOpen = true;
    this.#run.connections.accepted(socket, idleFrom);
  }

  #secured(socket: TLSSocket): void {
    if (socket.alpnProtocol === 'h2') return;
    this.#run.records.settle(socket);
    // It has just spent its round trips on the handshake: its request comes next.
    this.#accepted(socket, isUnderWay(this.#run) ? performance.now() + this.#options.lingerMs : undefined);
  }

  /** Node would destroy it, request on the wire or not. */
  #closeIdle(socket: Socket): boolean {
    const run = this.#runOf(socket);
    const connection = run.connections.all.get(socket);
    if (!isUnderWay(run) || connection === undefined || connection.responses.length > 0) return false;
    connection.lingeringClose();
    return true;
  }

  /** What others make of the drain must not end it. */
  #tell(event: HttpServerEvent): void {
    const thrown = (error: unknown) => warn('DRAIN_CALLBACK', `onEvent has thrown: ${messageOf(error)}`);
    try {
      // It may be async, and then its rejection would end the process.
      Promise.resolve(this.#options.onEvent?.(event)).catch(thrown);
    } catch (error) {
      thrown(error);
    }
  }
}

function handleOf(server: Server): unknown {
  return (server as unknown as { _handle: unknown })._handle;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function isUnderWay({ isOver, report }: Run): boolean {
  return report !== undefined && !isOver;
}

/** The server's own `emit` where somebody has put one on it, and else whatever its class has by then. */
function emitOf(server: Server): Emit {
  const own = Object.hasOwn(server, 'emit') ? (server.emit as Emit) : undefined;
  const parent = Object.getPrototypeOf(server) as { emit: Emit };
  return (event, ...args) => (own ?? parent.emit).call(server, event, ...args);
}

/** As far as the listener's close wants to know. */
function listenerOf(server: Server): Listener | undefined {
  const address = server.address();
  if (!server.listening || address === null) return undefined;
  const port = typeof address === 'string' ? 0 : address.port;
  return { target: { kind: 'address', port }, address };
}
