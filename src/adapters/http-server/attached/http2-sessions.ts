import type { ServerHttp2Session, ServerHttp2Stream } from 'node:http2';
import type { DrainPlan } from '../../../domain/lifecycle/drain-plan';
import type { Alongside } from '../draining/alongside';
import { endQuietly } from '../draining/event-streams';

const NO_ERROR = 0;
/** Of a stream, in a GOAWAY that turns none away (RFC 9113, 6.8). */
const HIGHEST_STREAM_ID = 2 ** 31 - 1;
/** Node's own client often never acknowledges the PING. */
const PING_TIMEOUT_MS = 250;

/**
 * The sessions of HTTP/2. Their drain is the protocol's own (RFC 9113, 6.8): a GOAWAY that only says not to open further streams,
 * a round trip, in which those that were on the wire arrive, and the GOAWAY that names the last one. Every stream up to it is
 * answered; what came later the client knows not to have been carried out.
 */
export class Http2Sessions implements Alongside {
  answered = 0;
  failed = 0;
  forced = 0;
  readonly #streams = new Map<ServerHttp2Session, Set<ServerHttp2Stream>>();
  readonly #eventStreams: 'end' | 'wait';
  readonly #onGone: () => void;
  #isDraining = false;
  #destroyed = false;

  constructor(eventStreams: 'end' | 'wait', onGone: () => void) {
    this.#eventStreams = eventStreams;
    this.#onGone = onGone;
  }

  get size(): number {
    return this.#streams.size;
  }

  get unanswered(): number {
    let count = 0;
    for (const streams of this.#streams.values())
      for (const { headersSent } of streams) if (!headersSent) count += 1;
    return count;
  }

  opened(session: ServerHttp2Session): void {
    this.#streams.set(session, new Set());
    session.once('close', () => {
      this.#streams.delete(session);
      this.#onGone();
    });
    if (this.#isDraining) this.#close(session);
  }

  streamOpened(stream: ServerHttp2Stream): void {
    const streams = this.#streams.get(stream.session as ServerHttp2Session);
    if (streams === undefined) return;
    streams.add(stream);
    stream.once('close', () => {
      streams.delete(stream);
      if (this.#isDraining) this.#count(stream);
    });
  }

  begin(): void {
    this.#isDraining = true;
    for (const session of this.#streams.keys()) this.#close(session);
  }

  advance(now: number, { closeIdleAt, destroyAt }: DrainPlan): void {
    if (now >= closeIdleAt && this.#eventStreams === 'end') this.#endEventStreams();
    if (now < destroyAt || this.#destroyed) return;
    this.#destroyed = true;
    for (const [session, streams] of this.#streams) {
      this.forced += streams.size;
      session.destroy();
    }
  }

  #endEventStreams(): void {
    for (const streams of this.#streams.values()) {
      for (const stream of streams) {
        const type = String(stream.sentHeaders?.['content-type'] ?? '');
        if (type.startsWith('text/event-stream') && !stream.writableEnded) endQuietly(stream);
      }
    }
  }

  #close(session: ServerHttp2Session): void {
    if (session.closed || session.destroyed) return;
    const close = () => {
      clearTimeout(late);
      if (!session.closed && !session.destroyed) session.close();
    };
    const late = setTimeout(close, PING_TIMEOUT_MS);
    session.goaway(NO_ERROR, HIGHEST_STREAM_ID);
    session.ping(close);
  }

  #count(stream: ServerHttp2Stream): void {
    if (!stream.headersSent || stream.rstCode !== NO_ERROR || this.#destroyed) return;
    this.answered += 1;
    const status = Number(stream.sentHeaders?.[':status']);
    if (status >= 500) this.failed += 1;
  }
}
