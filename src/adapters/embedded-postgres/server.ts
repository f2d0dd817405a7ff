import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../../application/ports/log';
import type { Cluster } from './cluster';
import { EmbeddedPostgresError, USE_YOUR_OWN } from './embedded-postgres-error';
import { Kept } from './keeper';
import type { Place } from './place';
import { inUse, OWNER_SETTING } from './predecessor';

/** A Postgres that accepts connections. */
export interface Server {
  readonly url: string;
  readonly port: number;
  readonly kept: Kept;
}

export interface ServeOptions {
  /** Undefined: one that is free. */
  readonly port?: number;
  readonly temporary: boolean;
  readonly log: Log;
  readonly signal: AbortSignal;
}

const ATTEMPTS = 3;

/** Postgres's own words, in English because of LC_ALL=C. */
const READY = 'database system is ready to accept connections';
const LOCKED = /lock file "postmaster\.pid" already exists/;
/** Another server is just about to write its lock: a moment later it says who it is. */
const LOCK_EMPTY = /lock file "postmaster\.pid" is empty/;
const LOOK_AGAIN_AFTER_MS = 100;
const PORT_TAKEN = /could not (bind|create any TCP\/IP sockets)/;

/**
 * Serves `cluster` on a free port of 127.0.0.1. Resolves once connections are accepted; rejects with
 * `EmbeddedPostgresError` and Postgres's last words when it ends before that, and with `signal.reason` when
 * aborted. Nothing runs any more when it has rejected.
 */
export async function serve(place: Place, cluster: Cluster, options: ServeOptions): Promise<Server> {
  for (let attempt = 1; ; attempt++) {
    if (attempt > 1) await sleep(LOOK_AGAIN_AFTER_MS);
    options.signal.throwIfAborted();
    const port = options.port ?? (await freePort());
    const kept = new Kept(postgres(place, cluster, port, options.temporary), {
      account: place.account,
      env: place.binaries.env,
      removeAfter: options.temporary ? place.folder : undefined,
    });
    const ready = await readiness(kept, options);
    if (ready)
      return { url: `postgres://postgres:${cluster.password}@127.0.0.1:${port}/postgres`, port, kept };
    options.signal.throwIfAborted();
    if (LOCKED.test(kept.lastOutput)) throw inUse(cluster.folder);
    const mayPass = PORT_TAKEN.test(kept.lastOutput) || LOCK_EMPTY.test(kept.lastOutput);
    if (!mayPass || attempt === ATTEMPTS) {
      throw new EmbeddedPostgresError(
        `the embedded Postgres did not start: ${kept.lastOutput} (${USE_YOUR_OWN})`,
      );
    }
  }
}

/** True when it is ready; false when it has ended. */
async function readiness(kept: Kept, { log, signal }: ServeOptions): Promise<boolean> {
  let isReady = () => {};
  const ready = new Promise<boolean>((resolve) => {
    isReady = () => resolve(true);
  });
  kept.onLine((line) => {
    if (line.includes(READY)) isReady();
    log.debug(`postgres: ${line}`);
  });
  const settled = new AbortController();
  const aborted = once(signal, 'abort', { signal: settled.signal }).then(
    () => false,
    () => false,
  );
  const ended = kept.ended.then(() => false);
  const result = await Promise.race([ready, ended, aborted]);
  settled.abort();
  if (!result || signal.aborted) {
    kept.letGo();
    await kept.ended;
    return false;
  }
  return true;
}

function postgres(place: Place, cluster: Cluster, port: number, temporary: boolean): string[] {
  const settings = {
    port,
    listen_addresses: '127.0.0.1',
    // No socket file: its path would have to fit into 107 bytes (unix(7)).
    unix_socket_directories: '',
    max_connections: 200,
    log_line_prefix: '',
    [OWNER_SETTING]: process.pid,
    ...(temporary ? { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' } : {}),
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  return [place.binaries.postgres, '-D', cluster.folder, ...flags];
}

/** A port on 127.0.0.1 that was free a moment ago: the caller tries again when it is taken meanwhile. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
