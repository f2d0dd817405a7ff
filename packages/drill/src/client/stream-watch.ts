import type { Exchange } from './exchange';
import {
  CONTINUATION,
  DATA,
  FRAME_HEAD_BYTES,
  FrameReader,
  GOAWAY,
  HEADERS,
  PREFACE_BYTES,
  RST_STREAM,
  readGoaway,
  readReset,
} from './h2-frames';
import type { Tap } from './tapped-socket';

/** The error code by which a server says that it has not begun with a stream (RFC 9113, section 8.7). */
const REFUSED_STREAM = 7;

/** Why a stream has no complete answer. */
export interface StreamEnd {
  readonly error: string;
  /** The server has said that it has not looked at the request. */
  readonly unprocessed: boolean;
}

/** What the frames of a session say of its streams, whatever the library makes of them. */
export class StreamWatch implements Tap {
  readonly #now: () => number;
  readonly #sent = new FrameReader(PREFACE_BYTES);
  readonly #received = new FrameReader();
  readonly #exchanges = new Map<number, Exchange>();
  readonly #complete = new Set<number>();
  readonly #resets = new Map<number, number>();
  #goaway: { readonly last: number; readonly code: number } | null = null;

  /** @param now the trial's clock */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** The error code of the last GOAWAY; null while none was read. After one no new stream may begin. */
  get goaway(): number | null {
    return this.#goaway?.code ?? null;
  }

  watch(id: number, exchange: Exchange): void {
    this.#exchanges.set(id, exchange);
  }

  forget(id: number): void {
    this.#exchanges.delete(id);
    this.#complete.delete(id);
    this.#resets.delete(id);
  }

  /** Whether the server has ended its answer: not every end that the library reports is one. */
  isComplete(id: number): boolean {
    return this.#complete.has(id);
  }

  /** Null when no frame says why. */
  endOf(id: number): StreamEnd | null {
    const reset = this.#resets.get(id);
    if (reset !== undefined) return { error: `RST_STREAM ${reset}`, unprocessed: reset === REFUSED_STREAM };
    if (this.#goaway === null) return null;
    const { last, code } = this.#goaway;
    if (id > last) return { error: `GOAWAY ${code}`, unprocessed: true };
    return code === 0 ? null : { error: `GOAWAY ${code}`, unprocessed: false };
  }

  handing(): number {
    return this.#now();
  }

  taken(bytes: Buffer, at: number): void {
    for (const { type, streamId, payload, endsStream } of this.#sent.take(bytes)) {
      if (type !== HEADERS && type !== CONTINUATION && type !== DATA) continue;
      const exchange = this.#exchanges.get(streamId);
      exchange?.wrote(FRAME_HEAD_BYTES + payload.length, at);
      if (endsStream) exchange?.sent(at);
    }
  }

  read(bytes: Buffer): void {
    for (const frame of this.#received.take(bytes)) {
      if (frame.endsStream) this.#complete.add(frame.streamId);
      if (frame.type === RST_STREAM) this.#resets.set(frame.streamId, readReset(frame));
      if (frame.type === GOAWAY) this.#goaway = readGoaway(frame);
    }
  }
}
