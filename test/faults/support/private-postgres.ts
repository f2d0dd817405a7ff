import { execFile } from 'node:child_process';
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { type Cluster, openCluster } from '../../../src/adapters/embedded-postgres/cluster';
import { Kept } from '../../../src/adapters/embedded-postgres/keeper';
import { findPlace, type Place } from '../../../src/adapters/embedded-postgres/place';
import { freePort } from '../../../src/adapters/embedded-postgres/server';
import { until } from '../../support/until';

const run = promisify(execFile);

const newPlace = async () => findPlace(await mkdtemp(path.join(tmpdir(), 'lastcall-fault-')));

/** As `pg_ctl stop -m`: `fast` ends the sessions and says so, `immediate` is a crash. */
export type StopMode = 'fast' | 'immediate';

/** A throw-away Postgres that a test may stop and start again: its port and its data stay the same. */
export class PrivatePostgres {
  readonly #place: Place;
  readonly #cluster: Cluster;
  readonly port: number;
  #kept: Kept | undefined;

  private constructor(place: Place, cluster: Cluster, port: number) {
    this.#place = place;
    this.#cluster = cluster;
    this.port = port;
  }

  static async start(): Promise<PrivatePostgres> {
    const place = await newPlace();
    const cluster = await openCluster(place, true, new AbortController().signal);
    const postgres = new PrivatePostgres(place, cluster, await freePort());
    await postgres.start();
    return postgres;
  }

  /** Another server with this one's data, to become its standby. This one must not run. */
  async copy(): Promise<PrivatePostgres> {
    const place = await newPlace();
    await run('cp', ['-a', this.#cluster.folder, place.cluster]);
    return new PrivatePostgres(place, { ...this.#cluster, folder: place.cluster }, await freePort());
  }

  /** At its next start it follows `primary`, by streaming replication. */
  async follow(primary: PrivatePostgres): Promise<void> {
    const file = (name: string) => path.join(this.#cluster.folder, name);
    await writeFile(file('standby.signal'), '');
    await run('chmod', ['0666', file('standby.signal')]);
    const { hostname, port, username, password } = new URL(primary.url);
    const source = `host=${hostname} port=${port} user=${username} password=${password}`;
    await appendFile(file('postgresql.auto.conf'), `primary_conninfo = '${source}'\n`);
  }

  /** From now on it takes writes. */
  async promote(): Promise<void> {
    await this.query('select pg_promote(true, 30)');
  }

  /** Runs one statement as its superuser, over a connection of its own. */
  async query(text: string): Promise<Record<string, unknown>[]> {
    const client = new Client({ connectionString: this.url });
    await client.connect();
    return (await client.query(text).finally(() => client.end())).rows;
  }

  /** Stops or continues each of its processes: as a machine that hangs, it is there and says nothing. */
  async freeze(signal: 'SIGSTOP' | 'SIGCONT'): Promise<void> {
    const postmaster = this.#kept?.pid as number;
    const children = await readFile(`/proc/${postmaster}/task/${postmaster}/children`, 'utf8');
    for (const pid of [postmaster, ...children.split(' ').filter(Boolean).map(Number)]) {
      process.kill(pid, signal);
    }
  }

  get url(): string {
    return `postgres://postgres:${this.#cluster.password}@127.0.0.1:${this.port}/postgres`;
  }

  /** The one whom the server runs as, and whose files it may use. */
  get account(): Place['account'] {
    return this.#place.account;
  }

  /** Resolves when connections are accepted: after a crash, when its recovery is over. */
  async start(): Promise<void> {
    const settings = [
      `port=${this.port}`,
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
