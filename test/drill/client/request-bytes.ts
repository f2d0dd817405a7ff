import { target } from '../target';

/** The bytes of a request, in the parts at which modes pause. */
export interface RequestBytes {
  readonly head: Buffer;
  readonly body: Buffer;
}

export interface RequestShape {
  /** Asks the server to close after the answer. */
  readonly close?: boolean;
  /** Pads the body to this many bytes with JSON white space, so that an upload can take a while. */
  readonly bodyBytes?: number;
}

/** A request to take one in. */
export function workRequest(name: string, shape: RequestShape = {}): RequestBytes {
  const json = JSON.stringify({ [target.field]: name });
  const padding = ' '.repeat(Math.max(0, (shape.bodyBytes ?? 0) - json.length));
  const body = Buffer.from(`${json.slice(0, -1)}${padding}}`);
  const fields = [`POST ${target.path} HTTP/1.1`, 'Host: drill', 'Content-Type: application/json'];
  fields.push(`Content-Length: ${body.length}`);
  return { head: closeHead(fields, shape), body };
}

/** `GET /health`. */
export function healthRequest(shape: RequestShape = {}): RequestBytes {
  return { head: closeHead(['GET /health HTTP/1.1', 'Host: drill'], shape), body: Buffer.alloc(0) };
}

export function wholeRequest(bytes: RequestBytes): Buffer {
  return Buffer.concat([bytes.head, bytes.body]);
}

function closeHead(fields: string[], shape: RequestShape): Buffer {
  if (shape.close === true) fields.push('Connection: close');
  return Buffer.from(`${fields.join('\r\n')}\r\n\r\n`);
}
