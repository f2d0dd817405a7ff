import type { RawData, WebSocket } from 'ws';
import type { Observation } from '../accounting/observation';
import type { ConnectionSpan } from './recorder';
import { type OpeningWebSocket, openWebSocket, type WebSocketOptions } from './web-socket';

/** A client's conversation over a WebSocket, one message at a time. */
export class MessageConnection {
  readonly #options: WebSocketOptions;
  readonly #span: ConnectionSpan;
  readonly #socket: WebSocket;
  #isGreeted: boolean;
  /** What the client answers to a goodbye, as the last that it says; null before one. */
  #farewell: string | null = null;
  #hasLeft = false;
  #waiting: { readonly seen: Observation; readonly resolve: () => void } | null = null;
  #greeted = () => {};
  /** Resolves when it is over, whoever has ended it. */
  readonly closed: Promise<void>;

  private constructor(options: WebSocketOptions, { socket, span }: OpeningWebSocket) {
    this.#options = options;
    this.#span = span;
    this.#socket = socket;
    this.#isGreeted = options.messages.hello === undefined;
    // From the start: the server's first message may come together with its handshake.
    socket.on('message', (data) => this.#read(textOf(data)));
    this.closed = new Promise((resolve) => socket.once('close', () => resolve(this.#end())));
  }

  /** Null when no message can be sent, which is recorded. */
  static async open(options: WebSocketOptions): Promise<MessageConnection | null> {
    const opening = openWebSocket(options);
    const connection = new MessageConnection(options, opening);
    if (!(await opening.opened)) return null;
    await connection.#greet();
    if (connection.#isGreeted) return connection;
    const seen = connection.#observe();
    seen.error = opening.span.end;
    seen.endedAt = opening.span.endedAt;
    return null;
  }

  /** Nothing speaks against another message: no close frame, no end and no goodbye was read. */
  get isUsable(): boolean {
    return this.#isGreeted && this.#farewell === null && this.#socket.readyState === this.#socket.OPEN;
  }

  /** Sends a message. Resolves when it is acknowledged, or written where nobody acknowledges, or when the connection is over. */
  say(): Promise<void> {
    const { messages, recorder } = this.#options;
    const seen = this.#observe();
    const text = messages.text(seen.id);
    const at = recorder.now();
    return new Promise((resolve) => {
      this.#waiting = { seen, resolve };
      this.#socket.send(text, (error) => {
        if (error !== null && error !== undefined) return;
        seen.firstByteAt = at;
        seen.allBytesAt = at;
        seen.bytesWritten = Buffer.byteLength(text);
        if (!messages.hasAck) this.#done();
      });
    });
  }

  /** Closes from the client's side. */
  close(): void {
    this.#socket.close(1000);
  }

  #observe(): Observation {
    const { messages, recorder, client } = this.#options;
    const options = { expectsAnswer: messages.hasAck };
    const seen = recorder.observe('message', messages, client, this.#span.id, options);
    seen.connectedAt = this.#span.connectedAt;
    return seen;
  }

  async #greet(): Promise<void> {
    const { hello } = this.#options.messages;
    if (hello === undefined) return;
    const answered = new Promise<void>((resolve) => {
      this.#greeted = resolve;
    });
    this.#socket.send(hello.send, () => {});
    await Promise.race([answered, this.closed]);
  }

  #read(text: string): void {
    const { messages, recorder } = this.#options;
    if (!this.#isGreeted && messages.hello !== undefined && text.includes(messages.hello.until)) {
      this.#isGreeted = true;
      this.#greeted();
    }
    const seen = this.#waiting?.seen;
    if (seen !== undefined && messages.acknowledges(text, seen.id)) {
      seen.answeredAt = recorder.now();
      seen.isStatusRight = true;
      this.#done();
    }
    this.#farewell ??= messages.answerToGoodbye(text);
    if (this.#waiting === null) this.#leave();
  }

  /** After a goodbye, once what the client has said is acknowledged. */
  #leave(): void {
    if (this.#farewell === null || this.#hasLeft) return;
    this.#hasLeft = true;
    this.#socket.send(this.#farewell, () => {});
  }

  #done(): void {
    if (this.#waiting === null) return;
    const { seen, resolve } = this.#waiting;
    this.#waiting = null;
    seen.endedAt = this.#options.recorder.now();
    this.#leave();
    resolve();
  }

  #end(): void {
    if (this.#waiting === null) return;
    this.#waiting.seen.error = this.#span.end;
    this.#done();
  }
}

function textOf(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString();
  return Buffer.from(data as ArrayBuffer).toString();
}
