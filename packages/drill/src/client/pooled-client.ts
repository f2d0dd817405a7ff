import type { Observation } from '../accounting/observation';
import type { RequestTemplate } from '../requests/request-template';
import { Connection, type ConnectionOptions } from './connection';

/** A client that keeps one connection and opens another when that one can no longer be used. */
export class PooledClient {
  readonly #options: ConnectionOptions;
  #connection: Connection | null = null;

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  /**
   * A connection to send on: the kept one, or a new one. When none can be had, the attempt is recorded as a request
   * of which no byte was sent, and the result is null.
   */
  async connection(
    choose: () => RequestTemplate,
    kind: Observation['kind'] = 'request',
  ): Promise<Connection | null> {
    if (this.#connection?.isUsable === true) return this.#connection;
    this.#connection?.close();
    const connection = new Connection(this.#options);
    this.#connection = connection;
    if (await connection.opened) return connection;
    await connection.begin(choose(), kind).ended;
    return null;
  }

  close(): void {
    this.#connection?.close();
  }
}
