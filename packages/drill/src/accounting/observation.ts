/**
 * What a client saw of one request, message or stream. All times are milliseconds since the trial's clock started; `null`
 * means that it never happened. A request is accounted for from this and from the effects alone: nothing the server says
 * about itself counts.
 */
export interface Observation {
  /** A `probe` asks for readiness; a `message` went over a WebSocket; a `stream` is an answer that goes on until its end. */
  readonly kind: 'request' | 'probe' | 'message' | 'stream';
  /** Unique in the run: what stands for `{{id}}`, so that an effect can be traced to its request. Empty for a probe. */
  readonly id: string;
  /** Which of the request templates it was made from. */
  readonly template: number;
  /** The client's line in the picture. */
  readonly client: number;
  /** The connection's number within the trial; `null` when it was sent through a pooling client library. */
  readonly connection: number | null;
  /** When the client decided to send. */
  readonly startedAt: number;
  /** When the connection was established: for a reused connection, earlier than `startedAt`. */
  connectedAt: number | null;
  /** When the kernel took the first byte. */
  firstByteAt: number | null;
  /** When the kernel had taken the last byte. */
  allBytesAt: number | null;
  bytesWritten: number;
  /** When the last byte of a complete answer was read. An answer cut short never sets it. */
  answeredAt: number | null;
  status: number | null;
  /** Whether an answer is due: not to a message that nobody acknowledges. */
  readonly expectsAnswer: boolean;
  /** Whether the status is one of those that were expected. */
  isStatusRight: boolean;
  /** What is wrong with the complete answer, in words; null while there is none, and when it is right. */
  mismatch: string | null;
  /** The names of the complete answer's header fields, in lower case. */
  fields: readonly string[] | null;
  /** Whether the answer carried `Connection: close`. */
  closing: boolean;
  /** When the client knew how the request ended, well or badly. */
  endedAt: number | null;
  /** Why there was no complete answer: an errno such as `ECONNRESET`, or `FIN`. */
  error: string | null;
  /** The server has said that it has not begun with it, so that it may be sent again (RFC 9113, 8.7). */
  unprocessed: boolean;
  /** The mode never sends the rest of this request, on purpose. */
  withheld: boolean;
}
