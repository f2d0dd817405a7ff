import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client } from 'pg';
import { type Cluster, openCluster } from '../../../src/adapters/embedded-postgres/cluster';
import { freePort } from '../../../src/adapters/embedded-postgres/free-port';
import { Kept } from '../../../src/adapters/embedded-postgres/keeper';
import { findPlace, type Place } from '../../../src/adapters/embedded-postgres/place';
import { until } from '../../support/until';

/** As `pg_ctl stop -m`: `fast` ends the sessions and says so, `immediate` is a crash. */
export type StopMode = 'fast' | 'immediate';

/** A throw-away Postgres that a test may stop and start again: its port and its data stay the same. */
export class PrivatePostgres {
  readonly #place: Place;
  readonly #cluster: Cluster;
  readonly #port: number;
  #kept: Kept | undefined;

  private constructor(place: Place, cluster: Cluster, port: number) {
    this.#place = place;
    this.#cluster = cluster;
    this.#port = port;
  }

  static async start(): Promise<PrivatePostgres> {
    const place = await findPlace(await mkdtemp(path.join(tmpdir(), 'lastcall-fault-')));
    const cluster = await openCluster(place, true, new AbortController().signal);
    const postgres = new PrivatePostgres(place, cluster, await freePort());
    await postgres.start();
    return postgres;
  }

  get url(): string {
    return `postgres://postgres:${this.#cluster.password}@127.0.0.1:${this.#port}/postgres`;
  }

  /** The one whom the server runs as, and whose files it may use. */
  get account(): Place['account'] {
    return this.#place.account;
  }

  /** Resolves when connections are accepted: after a crash, when its recovery is over. */
  async start(): Promise<void> {
    const settings = [
      `port=${this.#port}`,
      'listen_addresses=127.0.0.1',
      'unix_socket_directories=',
      'fsync=off',
    ];
    this.#kept = new Kept(
      [this.#place.binaries.postgres, '-D', this.#cluster.folder, ...settings.flatMap((one) => ['-c', one])],
      { account: this.#place.account, env: this.#place.binaries.env },
    );
    await until('Postgres accepts connections', () => this.#answers(), 30_000);
  }

  /** Resolves when no process of it is left. */
  async stop(mode: StopMode): Promise<void> {
    this.#kept?.signal(mode === 'fast' ? 'SIGINT' : 'SIGQUIT');
    await this.#kept?.ended;
  }

  async remove(): Promise<void> {
    await this.stop('immediate');
    await rm(this.#place.folder, { recursive: true, force: true });
  }

  async #answers(): Promise<boolean> {
    const client = new Client({ connectionString: this.url });
    client.on('error', () => {});
    return client.connect().then(
      () => client.end().then(() => true),
      () => false,
    );
  }
}
