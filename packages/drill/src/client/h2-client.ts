import type { Observation } from '../accounting/observation';
import type { RequestTemplate } from '../requests/request-template';
import type { ConnectionOptions } from './connection';
import { H2Connection } from './h2-connection';

/** A client that keeps one session for all its streams, and opens another when that one can no longer be used. */
export class H2Client {
  readonly #options: ConnectionOptions;
  #connection: H2Connection | null = null;

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  /** Asks once. When no session can be had, that is recorded as a request of which no byte was sent, and the result is null. */
  async ask(template: RequestTemplate): Promise<Observation | null> {
    const connection = await this.#usable();
    const seen = await connection.ask(template);
    return (await connection.opened) ? seen : null;
  }

  close(): void {
    this.#connection?.close();
  }

  /** The kept one, also while it is being opened; who finds first that it is of no more use opens another for all. */
  async #usable(): Promise<H2Connection> {
    const kept = this.#connection;
    if (kept !== null && (!(await kept.opened) || kept.isUsable)) return kept;
    const found = this.#connection;
    const connection = found === kept || found === null ? this.#replace() : found;
    await connection.opened;
    return connection;
  }

  #replace(): H2Connection {
    this.#connection?.close();
    this.#connection = new H2Connection(this.#options);
    return this.#connection;
  }
}
