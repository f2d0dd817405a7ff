import { setMaxListeners } from 'node:events';
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { Connections } from '../draining/connections';
import { DEFAULT_HTTP_LIMITS } from '../draining/options';
import { Refusals } from '../draining/refusals';
import type { Listener } from '../listener/listener';
import { handleOf } from '../listener/node-internals';
import type { AttachOptions, DrainReport } from './api';
import { Http2Sessions } from './http2-sessions';
import { isTls } from './kind-of-server';
import { TlsHandshakes } from './tls-handshakes';
import { TlsRecords } from './tls-records';

interface RunContext {
  readonly server: Server;
  readonly options: AttachOptions;
  /** See CloseOptions. */
  readonly closeSocket: (() => void) | undefined;
}

/** Of an attached server, from one `listen` to the end of its drain: who is connected, and how that ends. */
export class Run {
  readonly draining = new AbortController();
  readonly outOfTime = new AbortController();
  readonly connections: Connections;
  readonly handshakes: TlsHandshakes;
  readonly records = new TlsRecords();
  readonly sessions: Http2Sessions;
  /** Undefined: its drain has not begun. */
  report: Promise<DrainReport> | undefined;
  /** The server has said `close`, which may be before its last connection has. */
  isClosed = false;
  isOver = false;
  readonly #context: RunContext;
  /** What the server listened by when the drain began. */
  #handle: unknown;

  constructor(context: RunContext) {
    const { options, server } = context;
    const { eventStreams, onEvent, refusal, silentClientTimeoutMs } = options;
    this.#context = context;
    this.connections = new Connections({
      server,
      refusals: new Refusals(refusal),
      limits: { ...DEFAULT_HTTP_LIMITS, silentClientTimeoutMs },
      areOurs: false,
      emit: onEvent,
      ...(isTls(server) && {
        isHalfRecord: (socket: Socket) => this.records.isHalf(socket),
        onOver: (socket: Socket) => this.records.settle(socket),
      }),
    });
    const endIfOver = () => this.connections.drain?.endIfOver();
    this.handshakes = new TlsHandshakes(silentClientTimeoutMs, endIfOver);
    this.sessions = new Http2Sessions(eventStreams, endIfOver);
    // A listener for each event stream is in order.
    setMaxListeners(0, this.draining.signal, this.outOfTime.signal);
  }

  get isUnderWay(): boolean {
    return this.report !== undefined && !this.isOver;
  }

  /** The server listens by another socket than the one that is being drained. */
  get isFollowed(): boolean {
    return this.report !== undefined && this.#handle !== handleOf(this.#context.server);
  }

  /** To be called once. */
  async drain(): Promise<Omit<DrainReport, 'degraded'>> {
    const startedAt = performance.now();
    const { closeSocket, options, server } = this.#context;
    const { delayMs, eventStreams, lingerMs, onEvent, timeoutMs, upgraded } = options;
    const { connections, handshakes, sessions } = this;
    this.isClosed = !server.listening;
    this.#handle = handleOf(server);
    connections.beginStop();
    const sessionsAtSignal = sessions.size;
    for (const socket of connections.all.keys()) socket.allowHalfOpen = true;
    this.draining.abort(new Error('the server is stopping'));
    if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
    const outcome = await connections.close({
      listener: listenerOf(server),
      startedAt,
      deadlineAt: startedAt + timeoutMs,
      lingerMs: delayMs + lingerMs,
      cancel: () => this.outOfTime.abort(new Error('the time for requests is over')),
      upgraded,
      eventStreams,
      alongside: [handshakes, sessions],
      closeSocket,
    });
    this.isOver = true;
    const { atSignal, forced, lastAnswerAtMs, listener, tally, tookMs } = outcome;
    onEvent({ type: 'drained', atMs: tookMs, lastAnswerAtMs, forced });
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
    };
  }
}

/** As far as the listener's close wants to know. */
function listenerOf(server: Server): Listener | undefined {
  const address = server.address();
  if (!server.listening || address === null) return undefined;
  const port = typeof address === 'string' ? 0 : address.port;
  return { target: { kind: 'address', port }, address };
}
