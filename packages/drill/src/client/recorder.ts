import type { Observation } from '../accounting/observation';
import type { RequestTemplate } from '../requests/request-template';

/** One TCP connection as a client saw it, for the picture. Times as in `Observation`. */
export interface ConnectionSpan {
  readonly id: number;
  readonly client: number;
  readonly openedAt: number;
  connectedAt: number | null;
  /** When the first byte of an answer was read. */
  firstReadAt: number | null;
  endedAt: number | null;
  /** How it ended: `FIN` or `RST` from the server, `client` when the client was first, or a connect error. */
  end: string | null;
}

/** Something that happened to the server, for the picture's marks. */
export interface Mark {
  readonly at: number;
  readonly label: string;
}

export interface ObserveOptions {
  readonly expectsAnswer?: boolean;
  /** Now, unless it began earlier. */
  readonly startedAt?: number;
}

/** The memory of one trial: its clock, every request, every connection. */
export class Recorder {
  readonly #zero = performance.now();
  readonly #idOf: (number: number) => string;
  #ids = 0;
  readonly observations: Observation[] = [];
  readonly connections: ConnectionSpan[] = [];

  /** @param idOf makes an id that is unique in the run from a number that is unique in the trial */
  constructor(idOf: (number: number) => string) {
    this.#idOf = idOf;
  }

  /** Milliseconds since the trial's clock started. */
  now(): number {
    return performance.now() - this.#zero;
  }

  observe(
    kind: Observation['kind'],
    template: Pick<RequestTemplate, 'index'>,
    client: number,
    connection: number | null,
    { expectsAnswer = true, startedAt = this.now() }: ObserveOptions = {},
  ): Observation {
    const observation: Observation = {
      kind,
      id: kind === 'probe' ? '' : this.#nextId(),
      template: template.index,
      client,
      connection,
      startedAt,
      connectedAt: null,
      firstByteAt: null,
      allBytesAt: null,
      bytesWritten: 0,
      answeredAt: null,
      status: null,
      expectsAnswer,
      isStatusRight: false,
      mismatch: null,
      fields: null,
      closing: false,
      endedAt: null,
      error: null,
      unprocessed: false,
      withheld: false,
    };
    this.observations.push(observation);
    return observation;
  }

  connection(client: number): ConnectionSpan {
    const id = this.connections.length;
    const span: ConnectionSpan = {
      id,
      client,
      openedAt: this.now(),
      connectedAt: null,
      firstReadAt: null,
      endedAt: null,
      end: null,
    };
    this.connections.push(span);
    return span;
  }

  #nextId(): string {
    this.#ids += 1;
    return this.#idOf(this.#ids);
  }
}
