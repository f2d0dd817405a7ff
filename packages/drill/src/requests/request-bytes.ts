/** The bytes of a request over HTTP/1.1, in the parts at which modes pause. */
export interface RequestBytes {
  readonly head: Buffer;
  readonly body: Buffer;
}

export interface RequestShape {
  /** Asks the server to close after the answer. */
  readonly close?: boolean;
  /** Pads a JSON body to this many bytes with white space, so that an upload can take a while. */
  readonly bodyBytes?: number;
}

export function wholeRequest(bytes: RequestBytes): Buffer {
  return Buffer.concat([bytes.head, bytes.body]);
}

/** Cuts a request in pieces of about the same size: those of its body where it has one, with the head as the first piece. */
export function inPieces({ head, body }: RequestBytes, count: number): Buffer[] {
  if (body.length === 0) return cut(head, count);
  return [head, ...cut(body, count - 1)];
}

function cut(bytes: Buffer, count: number): Buffer[] {
  const step = Math.max(1, Math.ceil(bytes.length / count));
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += step) pieces.push(bytes.subarray(at, at + step));
  return pieces;
}
