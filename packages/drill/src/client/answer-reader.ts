import type { AnswerParts } from '../requests/expectation';
import { readBody } from './content-coding';

/** One complete final answer. Interim ones (1xx) are read and dropped, as RFC 9110 section 15.2 asks. */
export interface Answer extends AnswerParts {
  readonly closing: boolean;
}

interface Head extends Omit<Answer, 'body' | 'flaw'> {
  readonly length: number | 'chunked' | 'until-close';
}

/**
 * Reads HTTP/1.1 answers from the bytes of one connection (RFC 9112, sections 4, 6 and 7). It exists beside Node's
 * own parser because the drill must know which bytes belong to which pipelined answer, and whether the last is whole.
 */
export class AnswerReader {
  readonly #isBodiless: (number: number) => boolean;
  #buffer: Buffer = Buffer.alloc(0);
  #head: Head | null = null;
  /** The chunks of the answer at hand. */
  #parts: Buffer[] = [];
  /** How many answers the bytes at hand have completed. */
  #completed = 0;

  /**
   * @param isBodiless whether an answer has no body whatever its head says, because HEAD was asked; it is told how many answers
   * come before it that `read` has not returned yet
   */
  constructor(isBodiless: (number: number) => boolean = () => false) {
    this.#isBodiless = isBodiless;
  }

  /** Takes bytes, and returns the answers that they completed. Throws when they are not HTTP/1. */
  read(bytes: Buffer): Answer[] {
    this.#buffer = this.#buffer.length === 0 ? bytes : Buffer.concat([this.#buffer, bytes]);
    this.#completed = 0;
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
    this.#parts = [];
    this.#completed += 1;
    const { status, closing, headers, length } = head;
    return {
      status,
      closing,
      headers,
      ...readBody(body, length === 0 ? undefined : headers['content-encoding']),
    };
  }

  #readHead(): Head | null {
    for (;;) {
      const end = this.#buffer.indexOf('\r\n\r\n');
      if (end < 0) return null;
      const lines = this.#buffer.subarray(0, end).toString('latin1').split('\r\n');
      this.#buffer = this.#buffer.subarray(end + 4);
      const head = parseHead(lines, this.#isBodiless(this.#completed));
      if (head.status >= 200) return head;
    }
  }

  #readChunks(head: Head): Answer | null {
    for (;;) {
      const lineEnd = this.#buffer.indexOf('\r\n');
      if (lineEnd < 0) return null;
      const [digits] =
        /^[0-9a-f]{1,8}(?=\s*(?:;|$))/i.exec(this.#buffer.toString('latin1', 0, lineEnd)) ?? [];
      if (digits === undefined) throw new Error('a chunk without a size');
      const size = Number.parseInt(digits, 16);
      const start = lineEnd + 2;
      if (size === 0) {
        const end = this.#endOfTrailers(start);
        return end === null ? null : this.#finish(head, Buffer.concat(this.#parts), end);
      }
      if (this.#buffer.length < start + size + 2) return null;
      this.#parts.push(this.#buffer.subarray(start, start + size));
      this.#buffer = this.#buffer.subarray(start + size + 2);
    }
  }

  /** An empty line ends them; most answers have none. */
  #endOfTrailers(start: number): number | null {
    if (this.#buffer.length < start + 2) return null;
    if (this.#buffer.toString('latin1', start, start + 2) === '\r\n') return start + 2;
    const end = this.#buffer.indexOf('\r\n\r\n', start);
    return end < 0 ? null : end + 4;
  }
}

function parseHead(lines: readonly string[], isBodiless: boolean): Head {
  const status = /^HTTP\/1\.([01]) (\d{3})/.exec(lines[0] ?? '');
  if (status === null) throw new Error(`not an HTTP/1 answer: ${lines[0] ?? ''}`);
  const headers: Record<string, string> = {};
  for (const line of lines.slice(1)) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    headers[name] = name in headers ? `${headers[name]}, ${value}` : value;
  }
  const code = Number(status[2]);
  const connection = (headers.connection ?? (status[1] === '0' ? 'close' : '')).toLowerCase();
  return {
    status: code,
    closing: connection.includes('close'),
    headers,
    length: lengthOf(code, headers, isBodiless),
  };
}

/** RFC 9112, section 6.3. */
function lengthOf(status: number, headers: Record<string, string>, isBodiless: boolean): Head['length'] {
  if (isBodiless || status < 200 || status === 204 || status === 304) return 0;
  if (headers['transfer-encoding']?.toLowerCase().includes('chunked')) return 'chunked';
  const declared = headers['content-length'];
  if (declared === undefined) return 'until-close';
  if (!/^\d+$/.test(declared)) throw new Error(`not a Content-Length: ${declared}`);
  return Number(declared);
}
