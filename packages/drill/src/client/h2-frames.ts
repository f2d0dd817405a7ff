/** What the drill has to know of a frame (RFC 9113, section 4.1). */
export interface Frame {
  readonly type: number;
  readonly streamId: number;
  /** Whether the sender says no more on its stream. */
  readonly endsStream: boolean;
  readonly payload: Buffer;
}

export const DATA = 0;
export const HEADERS = 1;
export const RST_STREAM = 3;
export const GOAWAY = 7;
export const CONTINUATION = 9;

/** The length of what a client sends before its first frame. */
export const PREFACE_BYTES = 24;
export const FRAME_HEAD_BYTES = 9;
const END_STREAM = 0x1;

/** Finds the frames in the bytes of one direction of a connection. */
export class FrameReader {
  #skipped: number;
  #buffer: Buffer = Buffer.alloc(0);

  /** @param skip how many bytes come before the first frame */
  constructor(skip = 0) {
    this.#skipped = skip;
  }

  /** Takes bytes, and returns the frames that they completed. */
  take(bytes: Buffer): Frame[] {
    const from = Math.min(this.#skipped, bytes.length);
    this.#skipped -= from;
    const rest = bytes.subarray(from);
    this.#buffer = this.#buffer.length === 0 ? rest : Buffer.concat([this.#buffer, rest]);
    const frames: Frame[] = [];
    for (let frame = this.#next(); frame !== null; frame = this.#next()) frames.push(frame);
    return frames;
  }

  #next(): Frame | null {
    const head = this.#buffer;
    if (head.length < FRAME_HEAD_BYTES) return null;
    const end = FRAME_HEAD_BYTES + head.readUIntBE(0, 3);
    if (head.length < end) return null;
    this.#buffer = head.subarray(end);
    const type = head.readUInt8(3);
    return {
      type,
      streamId: head.readUInt32BE(5) & 0x7fffffff,
      endsStream: (type === DATA || type === HEADERS) && (head.readUInt8(4) & END_STREAM) !== 0,
      payload: head.subarray(FRAME_HEAD_BYTES, end),
    };
  }
}

/** What a GOAWAY says (RFC 9113, section 6.8). */
export function readGoaway({ payload }: Frame): { readonly last: number; readonly code: number } {
  return { last: payload.readUInt32BE(0) & 0x7fffffff, code: payload.readUInt32BE(4) };
}

/** The error code of a RST_STREAM (RFC 9113, section 6.4). */
export function readReset({ payload }: Frame): number {
  return payload.readUInt32BE(0);
}
