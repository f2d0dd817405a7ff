/** A message of HTTP/1.1, as it stands in a stream. */
export interface HttpMessage {
  readonly startLine: string;
  /** By lower-case names. */
  readonly headers: ReadonlyMap<string, string>;
  /** Undefined: it is not there completely. */
  readonly body: string | undefined;
}

/**
 * The messages in a stream, a byte a character, by their `Content-Length` or chunks (RFC 9112, section 6). None after
 * one that is not complete.
 */
export function messagesIn(stream: string): HttpMessage[] {
  const messages: HttpMessage[] = [];
  let rest = stream;
  for (;;) {
    // RFC 9112, 2.2: empty lines in front of a request mean nothing.
    rest = rest.replace(/^[\r\n]+/, '');
    const headEnd = rest.indexOf('\r\n\r\n');
    if (headEnd < 0) return messages;
    const [startLine = '', ...lines] = rest.slice(0, headEnd).split('\r\n');
    const headers = new Map<string, string>();
    for (const line of lines) {
      const colon = line.indexOf(':');
      headers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
    }
    rest = rest.slice(headEnd + 4);
    const body = takeBody(rest, headers);
    messages.push({ startLine, headers, body: body?.text });
    if (body === undefined) return messages;
    rest = rest.slice(body.length);
  }
}

function takeBody(
  rest: string,
  headers: ReadonlyMap<string, string>,
): { text: string; length: number } | undefined {
  if (headers.get('transfer-encoding') !== 'chunked') {
    const length = Number(headers.get('content-length') ?? 0);
    return rest.length >= length ? { text: rest.slice(0, length), length } : undefined;
  }
  let at = 0;
  let text = '';
  for (;;) {
    const lineEnd = rest.indexOf('\r\n', at);
    const size = Number.parseInt(rest.slice(at, lineEnd), 16);
    if (lineEnd < 0 || Number.isNaN(size)) return undefined;
    if (size === 0) {
      const end = rest.indexOf('\r\n\r\n', lineEnd);
      return end < 0 ? undefined : { text, length: end + 4 };
    }
    const dataAt = lineEnd + 2;
    if (rest.length < dataAt + size + 2) return undefined;
    text += rest.slice(dataAt, dataAt + size);
    at = dataAt + size + 2;
  }
}
