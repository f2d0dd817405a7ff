import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '../drill/client/connection';
import { PooledClient } from '../drill/client/pooled-client';
import type { Recorder } from '../drill/client/recorder';
import { wholeRequest, workRequest } from '../drill/client/request-bytes';
import { Random } from '../drill/modes/random';

/** The time between an answer and the client's next request. */
const GAP_MS = [5, 60] as const;

export interface LoadOptions {
  readonly port: number;
  readonly recorder: Recorder;
  /** Half of them keep their connection, half open one for each request. */
  readonly clients: number;
}

/** Steady requests that go on whatever happens to them; nothing is ever sent twice. */
export class Load {
  readonly #options: LoadOptions;
  readonly #random = new Random(1);
  readonly #gone = new AbortController();
  readonly #clients: Promise<void>;
  #stopped = false;

  constructor(options: LoadOptions) {
    this.#options = options;
    setMaxListeners(0, this.#gone.signal);
    this.#clients = Promise.all(
      Array.from({ length: options.clients }, (_, client) =>
        client % 2 ? this.#fresh(client) : this.#keptAlive(client),
      ),
    ).then(() => {});
  }

  /** Lets every client finish the request that it is at. A request without an answer ends when the server hangs up. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#clients;
    this.#gone.abort();
  }

  async #keptAlive(client: number): Promise<void> {
    const pooled = new PooledClient({ ...this.#options, client, gone: this.#gone.signal });
    while (!this.#stopped) {
      const connection = await pooled.connection();
      if (connection !== null) await this.#post(connection, false);
      await this.#gap();
    }
    pooled.close();
  }

  async #fresh(client: number): Promise<void> {
    while (!this.#stopped) {
      const connection = new Connection({ ...this.#options, client, gone: this.#gone.signal });
      await connection.opened;
      await this.#post(connection, true);
      connection.close();
      await this.#gap();
    }
  }

  async #post(connection: Connection, close: boolean): Promise<void> {
    const exchange = connection.begin('work');
    connection.write(exchange, wholeRequest(workRequest(exchange.seen.name, { close })));
    await exchange.ended;
  }

  #gap(): Promise<void> {
    return sleep(this.#random.between(...GAP_MS));
  }
}
