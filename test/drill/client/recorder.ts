import type { Observation } from '../accounting/observation';

/** One TCP connection as a client saw it, for the picture. Times as in `Observation`. */
export interface ConnectionSpan {
  readonly id: number;
  readonly client: number;
  readonly openedAt: number;
  connectedAt: number | null;
  endedAt: number | null;
  /** How it ended: `FIN` or `RST` from the server, `client` when the client was first, or a connect error. */
  end: string | null;
}

/** Something that happened to the server, for the picture's marks. */
export interface Mark {
  readonly at: number;
  readonly label: string;
}

/** The memory of one trial: its clock, every request, every connection. */
export class Recorder {
  readonly #zero = performance.now();
  readonly #prefix: string;
  #names = 0;
  readonly observations: Observation[] = [];
  readonly connections: ConnectionSpan[] = [];

  /** @param prefix begins every name in this trial; it must be unique in the run */
  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  /** Milliseconds since the trial's clock started. */
  now(): number {
    return performance.now() - this.#zero;
  }

  observe(kind: Observation['kind'], client: number, connection: number | null): Observation {
    const observation: Observation = {
      kind,
      name: kind === 'work' ? this.#nextName() : '',
      client,
      connection,
      startedAt: this.now(),
      connectedAt: null,
      firstByteAt: null,
      allBytesAt: null,
      bytesWritten: 0,
      answeredAt: null,
      status: null,
      body: null,
      closing: false,
      endedAt: null,
      error: null,
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
      endedAt: null,
      end: null,
    };
    this.connections.push(span);
    return span;
  }

  #nextName(): string {
    this.#names += 1;
    return `${this.#prefix}${this.#names}`;
  }
}
