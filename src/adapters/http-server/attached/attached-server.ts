import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { ServerHttp2Session, ServerHttp2Stream } from 'node:http2';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { clearTimeoutChecks } from '../listener/node-internals';
import type { AttachOptions, DrainReport } from './api';
import { isHttp2, isTls } from './kind-of-server';
import { Run } from './run';
import { warn } from './warnings';

/** Events that give a request to the application. */
const REQUESTS = ['request', 'checkContinue', 'checkExpectation'] as const;
type RequestEvent = (typeof REQUESTS)[number];

type Emit = (event: string, ...args: unknown[]) => boolean;

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
      if (!this.#run.isFollowed) return;
      if (this.#run.isUnderWay) this.#before.add(this.#run);
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
    const run = this.#run;
    if (run.report) return run.report;
    let begun = (_report: Promise<DrainReport>) => {};
    // There before it begins: whoever hears of the beginning may ask for it again.
    const report = new Promise<DrainReport>((resolve) => {
      begun = resolve;
    });
    run.report = report;
    begun(this.#drain(run));
    return report;
  }

  /** Drains too, and resolves when all requests are answered; WebSockets that are waited for may be left. */
  async drainRequests(): Promise<void> {
    const report = this.drain();
    await Promise.race([report, this.#run.connections.answered]);
  }

  #newRun(): Run {
    return new Run({
      server: this.#server,
      options: this.#options,
      closeSocket: this.#ownClose && (() => this.#closeTheirWay()),
    });
  }

  async #drain(run: Run): Promise<DrainReport> {
    // The client's half-close is not to take its answers along; node's TLS would end the connection, too.
    const server = this.#server as Server & { httpAllowHalfOpen?: boolean };
    this.#halfOpenBefore ??= server.httpAllowHalfOpen ?? false;
    server.httpAllowHalfOpen = true;
    const report = await run.drain();
    this.#before.delete(run);
    if (!this.#runs().some(({ isUnderWay }) => isUnderWay)) {
      server.httpAllowHalfOpen = this.#halfOpenBefore;
      this.#halfOpenBefore = undefined;
    }
    if (run === this.#run) clearTimeoutChecks(server);
    const { reason } = report.listener;
    if (reason)
      warn(
        'BEST_EFFORT',
        `who connected in the instant in which the listener closed may have been reset: ${reason}`,
      );
    return { ...report, degraded: this.degraded };
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
        if (!run.isUnderWay) break;
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
      warn(
        'DRAIN_CALLBACK',
        `the server's own close has thrown: ${error instanceof Error ? error.message : error}`,
      );
    }
  }

  #runs(): readonly Run[] {
    return [this.#run, ...this.#before];
  }

  #runOf(socket: Socket): Run {
    for (const run of this.#before) if (run.connections.all.has(socket)) return run;
    return this.#run;
  }

  #accepted(socket: Socket, idleFrom?: number): void {
    // Of HTTP/2 without TLS, which is sessions from the first byte on.
    if (!this.#isTls && isHttp2(this.#server)) return;
    if (this.#run.isUnderWay) socket.allowHalfOpen = true;
    this.#run.connections.accepted(socket, idleFrom);
  }

  #secured(socket: TLSSocket): void {
    if (socket.alpnProtocol === 'h2') return;
    this.#run.records.settle(socket);
    // It has just spent its round trips on the handshake: its request comes next.
    this.#accepted(socket, this.#run.isUnderWay ? performance.now() + this.#options.lingerMs : undefined);
  }

  /** Node would destroy it, request on the wire or not. */
  #closeIdle(socket: Socket): boolean {
    const run = this.#runOf(socket);
    const connection = run.connections.all.get(socket);
    if (!run.isUnderWay || connection === undefined || connection.responses.length > 0) return false;
    connection.lingeringClose();
    return true;
  }
}

/** The server's own `emit` where somebody has put one on it, and else whatever its class has by then. */
function emitOf(server: Server): Emit {
  const own = Object.hasOwn(server, 'emit') ? (server.emit as Emit) : undefined;
  const parent = Object.getPrototypeOf(server) as { emit: Emit };
  return (event, ...args) => (own ?? parent.emit).call(server, event, ...args);
}
