/** One complete final answer. Interim ones (1xx) are read and dropped, as RFC 9110 section 15.2 asks. */
export interface Answer {
  readonly status: number;
  readonly closing: boolean;
  readonly body: string;
}

interface Head {
  readonly status: number;
  readonly closing: boolean;
  readonly length: number | 'chunked' | 'until-close';
}

/**
 * Reads HTTP/1.1 answers from the bytes of one connection (RFC 9112, sections 4, 6 and 7). It exists beside Node's
 * own parser because the drill must know which bytes belong to which pipelined answer, and whether the last is whole.
 */
export class AnswerReader {
  #buffer: Buffer = Buffer.alloc(0);
  #head: Head | null = null;

  /** Takes bytes, and returns the answers that they completed. Throws when they are not HTTP/1. */
  read(bytes: Buffer): Answer[] {
    this.#buffer = this.#buffer.length === 0 ? bytes : Buffer.concat([this.#buffer, bytes]);
    const answers: Answer[] = [];
    for (let answer = this.#next(); answer !== null; answer = this.#next()) answers.push(answer);
    return answers;
  }

  /** The peer has ended: an answer without a length is complete now, any other is cut short and is not returned. */
  end(): Answer | null {
    if (this.#head?.length !== 'until-close') return null;
    return this.#finish(this.#head, this.#buffer, this.#buffer.length);
  }

  #next(): Answer | null {
    this.#head ??= this.#readHead();
    const head = this.#head;
    if (head === null || head.length === 'until-close') return null;
    if (head.length === 'chunked') return this.#readChunks(head);
    if (this.#buffer.length < head.length) return null;
    return this.#finish(head, this.#buffer.subarray(0, head.length), head.length);
  }

  #finish(head: Head, body: Buffer, consumed: number): Answer {
    this.#buffer = this.#buffer.subarray(consumed);
    this.#head = null;
    return { status: head.status, closing: head.closing, body: body.toString('utf8') };
  }

  #readHead(): Head | null {
    for (;;) {
      const end = this.#buffer.indexOf('\r\n\r\n');
      if (end < 0) return null;
      const lines = this.#buffer.subarray(0, end).toString('latin1').split('\r\n');
      this.#buffer = this.#buffer.subarray(end + 4);
      const head = parseHead(lines);
      if (head.status >= 200) return head;
    }
  }

  #readChunks(head: Head): Answer | null {
    const parts: Buffer[] = [];
    let at = 0;
    for (;;) {
      const lineEnd = this.#buffer.indexOf('\r\n', at);
      if (lineEnd < 0) return null;
      const size = Number.parseInt(this.#buffer.subarray(at, lineEnd).toString('latin1'), 16);
      if (Number.isNaN(size)) throw new Error('a chunk without a size');
      const start = lineEnd + 2;
      if (this.#buffer.length < start + size + 2) return null;
      if (size === 0) return this.#finish(head, Buffer.concat(parts), start + 2);
      parts.push(this.#buffer.subarray(start, start + size));
      at = start + size + 2;
    }
  }
}

function parseHead(lines: readonly string[]): Head {
  const status = /^HTTP\/1\.([01]) (\d{3})/.exec(lines[0] ?? '');
  if (status === null) throw new Error(`not an HTTP/1 answer: ${lines[0] ?? ''}`);
  const fields = new Map<string, string>();
  for (const line of lines.slice(1)) {
    const colon = line.indexOf(':');
    fields.set(
      line.slice(0, colon).toLowerCase(),
      line
        .slice(colon + 1)
        .trim()
        .toLowerCase(),
    );
  }
  const code = Number(status[2]);
  const connection = fields.get('connection') ?? (status[1] === '0' ? 'close' : '');
  const declared = fields.get('content-length');
  const bodiless = code < 200 || code === 204 || code === 304;
  const length = bodiless
    ? 0
    : fields.get('transfer-encoding')?.includes('chunked')
      ? 'chunked'
      : declared === undefined
        ? 'until-close'
        : Number(declared);
  return { status: code, closing: connection.includes('close'), length };
}
