import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';

const DECODERS: Record<string, (bytes: Buffer) => Buffer> = {
  gzip: gunzipSync,
  'x-gzip': gunzipSync,
  deflate: inflateSync,
  br: brotliDecompressSync,
};

export interface ReadBody {
  readonly body: string;
  /** What is wrong with its coding, in words. */
  readonly flaw?: string;
}

/** The text of a body, whose coding is undone (RFC 9110, 8.4.1). One that cannot be, or that is unknown, stays as it is. */
export function readBody(bytes: Buffer, coding = 'identity'): ReadBody {
  const name = coding.trim().toLowerCase();
  const decode = DECODERS[name];
  if (decode === undefined) return { body: bytes.toString() };
  try {
    return { body: decode(bytes).toString() };
  } catch (error) {
    return { body: bytes.toString(), flaw: `the body is no whole ${name}: ${(error as Error).message}` };
  }
}
