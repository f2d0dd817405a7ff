/**
 * What a client saw of one request. All times are milliseconds since the trial's clock started; `null` means that
 * it never happened. A request is accounted for from this and from the rows alone: nothing the server says about
 * itself counts.
 */
export interface Observation {
  readonly kind: 'work' | 'health';
  /** Unique in the run; it is the job's name, so that a row can be traced to its request. Empty for a probe. */
  readonly name: string;
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
  /** The complete answer's body. */
  body: string | null;
  /** Whether the answer carried `Connection: close`. */
  closing: boolean;
  /** When the client knew how the request ended, well or badly. */
  endedAt: number | null;
  /** Why there was no complete answer: an errno such as `ECONNRESET`, or `FIN`. */
  error: string | null;
  /** The mode never sends the rest of this request, on purpose. */
  withheld: boolean;
}
