import { ServerResponse, STATUS_CODES } from 'node:http';

/** Why the server answers by itself, and with which status. */
const STATUS = {
  /** It is not HTTP/1.1. */
  malformed: 400,
  /** No complete request came in time; none was carried out. */
  'timed-out': 408,
  'chunk-extensions-too-large': 413,
  'head-too-large': 431,
  /** The server is stopping, and no handler gets the request. */
  'not-run': 503,
  /** The server is stopping, and the handler is still at work: whether it comes to its end nobody knows. */
  'not-awaited': 503,
} as const;

export type RefusalKind = keyof typeof STATUS;

/** An answer that the server makes by itself, where no handler ran or its answer can no longer be waited for. */
export interface Refusal {
  readonly kind: RefusalKind;
  readonly status: number;
  /** The request's method; undefined where no request was understood. */
  readonly method?: string | undefined;
}

/** What a client gets to see of a refusal. Its length, and whether the connection ends with it, the server says. */
export interface RefusalLook {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The phrase of the status. */
export function plainRefusal({ status }: Refusal): RefusalLook {
  return {
    headers: { 'Content-Type': 'text/plain', ...(status === 503 && { 'Retry-After': '1' }) },
    body: `${STATUS_CODES[status]}\n`,
  };
}

/** Makes the server's own answers, and knows them again. */
export class Refusals {
  readonly #look: (refusal: Refusal) => RefusalLook;
  readonly #refused = new WeakSet<ServerResponse>();

  constructor(look: (refusal: Refusal) => RefusalLook) {
    this.#look = look;
  }

  /** Whether the answer was a refusal rather than the handler's own. */
  has(response: ServerResponse): boolean {
    return this.#refused.has(response);
  }

  /**
   * Answers in the handler's place, and keeps the headers that do not describe a body (a request id, say). What the handler
   * says afterwards goes nowhere. Goes past whatever a middleware has put on the response: that was for the handler's answer,
   * and may wait for something. The head must not have been sent.
   */
  inPlaceOfHandler(response: ServerResponse, kind: RefusalKind, close: boolean): void {
    for (const name of response.getHeaderNames()) {
      if (/^(content-|transfer-encoding$|etag$|location$|last-modified$)/.test(name))
        response.removeHeader(name);
    }
    response.shouldKeepAlive = !close;
    const { status, headers, body } = this.#answer(kind, response, close);
    const { writeHead, end } = ServerResponse.prototype;
    // Not through writeHead, whose own headers nobody can read back: whether the client was told to close matters.
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    writeHead.call(response, status);
    end.call(response, body, 'utf8');
  }

  /** Answers a request that no handler gets, as a handler would: in its turn, and the close may be added to its head. */
  inTurn(response: ServerResponse, kind: RefusalKind): void {
    const { status, headers, body } = this.#answer(kind, response, false);
    response.writeHead(status, headers).end(body);
  }

  /** The refusal as bytes for a connection on which no request was understood; always with `Connection: close`. */
  bytes(kind: RefusalKind): string {
    const { status, headers, body } = this.#answer(kind, undefined, true);
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`;
  }

  #answer(kind: RefusalKind, response: ServerResponse | undefined, close: boolean) {
    if (response) this.#refused.add(response);
    const status = STATUS[kind];
    const { headers, body } = this.#look({ kind, status, method: response?.req.method });
    return {
      status,
      headers: {
        ...headers,
        'Content-Length': String(Buffer.byteLength(body)),
        ...(close && { Connection: 'close' }),
      },
      body,
    };
  }
}

/** What follows from an `http.Server`'s `clientError`. */
export type ClientErrorVerdict =
  | RefusalKind
  /** Bytes after a request that said `Connection: close`: RFC 9112, 9.6 lets us ignore them. */
  | 'ignore'
  /** The connection is broken: there is nobody to answer. */
  | 'destroy';

const VERDICTS: Readonly<Record<string, ClientErrorVerdict>> = {
  HPE_CLOSED_CONNECTION: 'ignore',
  ERR_HTTP_REQUEST_TIMEOUT: 'timed-out',
  HPE_HEADER_OVERFLOW: 'head-too-large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 'chunk-extensions-too-large',
};

export function judgeClientError({ code = '' }: NodeJS.ErrnoException): ClientErrorVerdict {
  return VERDICTS[code] ?? (code.startsWith('HPE_') ? 'malformed' : 'destroy');
}
