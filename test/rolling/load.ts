import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection, type ConnectionOptions } from '../../packages/drill/src/client/connection';
import { PooledClient } from '../../packages/drill/src/client/pooled-client';
import type { Recorder } from '../../packages/drill/src/client/recorder';
import { Random } from '../../packages/drill/src/modes/random';
import { wholeRequest } from '../../packages/drill/src/requests/request-bytes';
import { JOB } from '../support/job-request';

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
    const pooled = new PooledClient(this.#connection(client));
    while (!this.#stopped) {
      const connection = await pooled.connection(() => JOB);
      if (connection !== null) await this.#post(connection, false);
      await this.#gap();
    }
    pooled.close();
  }

  async #fresh(client: number): Promise<void> {
    while (!this.#stopped) {
      const connection = new Connection(this.#connection(client));
      await connection.opened;
      await this.#post(connection, true);
      connection.close();
      await this.#gap();
    }
  }

  async #post(connection: Connection, close: boolean): Promise<void> {
    const exchange = connection.begin(JOB);
    connection.write(exchange, wholeRequest(JOB.bytes(exchange.seen.id, 'rolling', { close })));
    await exchange.ended;
  }

  #connection(client: number): ConnectionOptions {
    const { port, recorder } = this.#options;
    return { endpoint: { host: '127.0.0.1', port }, recorder, client, gone: this.#gone.signal };
  }

  #gap(): Promise<void> {
    return sleep(this.#random.between(...GAP_MS));
  }
}
