import { setTimeout as sleep } from 'node:timers/promises';
import type { Deadline } from '../../application/deadline';
import type { Component, StopDetails } from '../../application/ports/component';
import type { DatabaseLocation } from '../../application/ports/database-location';
import type { Log } from '../../application/ports/log';
import type { ProgramEnvironment } from './binaries';
import { openCluster } from './cluster';
import { EmbeddedPostgresError, USE_YOUR_OWN } from './embedded-postgres-error';
import { findPlace } from './place';
import { retirePredecessor } from './predecessor';
import { type Server, serve } from './server';

/** What is kept back for an immediate shutdown (SIGQUIT), which needs no checkpoint; half of a time that is short. */
const FORCE_RESERVE_MS = 500;

export interface EmbeddedPostgresOptions {
  /** Absolute. Made when missing; holds the data and the password, and nothing else. */
  readonly dataFolder: string;
  readonly log: Log;
  /** What its programs see of the environment. Default: nothing. */
  readonly env?: ProgramEnvironment;
  /** For tests: no fsync, and `dataFolder` is removed at the end, however the owner ends. Default false. */
  readonly temporary?: boolean;
}

/**
 * A private, persistent, real Postgres for a machine that has none. It listens on 127.0.0.1 only, on a port
 * which the kernel chose, and ends with the service, however that ends.
 *
 * `start` throws `EmbeddedPostgresError` (one line) when it cannot run here or its data are in use.
 */
export class EmbeddedPostgres implements Component, DatabaseLocation {
  readonly name = 'embedded-postgres';
  readonly #options: EmbeddedPostgresOptions;
  readonly #giveUp = new AbortController();
  #starting: Promise<void> | undefined;
  #stopping: Promise<StopDetails | void> | undefined;
  #server: Server | undefined;

  constructor(options: EmbeddedPostgresOptions) {
    this.#options = options;
  }

  url(): string {
    if (!this.#server) throw new EmbeddedPostgresError('the embedded Postgres has not started');
    return this.#server.url;
  }

  start(signal: AbortSignal): Promise<void> {
    this.#starting ??= this.#start(AbortSignal.any([signal, this.#giveUp.signal]));
    return this.#starting;
  }

  stop(deadline: Deadline): Promise<StopDetails | void> {
    this.#stopping ??= this.#stop(deadline);
    return this.#stopping;
  }

  async #start(signal: AbortSignal): Promise<void> {
    if (process.platform === 'win32')
      throw new EmbeddedPostgresError(`no embedded Postgres on Windows: ${USE_YOUR_OWN}`);
    const { dataFolder, log, env, temporary = false } = this.#options;
    const place = await findPlace(dataFolder, env);
    await retirePredecessor(place.cluster, signal);
    const cluster = await openCluster(place, temporary, signal);
    const server = await serve(place, cluster, { temporary, log, signal });
    this.#server = server;
    log.info(`embedded Postgres is ready, its data are in ${place.folder}; ${USE_YOUR_OWN}`, {
      dataFolder: place.folder,
      port: server.port,
      pid: server.kept.pid,
    });
    void server.kept.ended.then(() => {
      if (!this.#stopping) log.error(`the embedded Postgres has ended by itself: ${server.kept.lastWords}`);
    });
  }

  async #stop(deadline: Deadline): Promise<StopDetails | void> {
    this.#giveUp.abort(new EmbeddedPostgresError('the embedded Postgres was stopped while it started'));
    const started = this.#starting?.catch(() => {}) ?? Promise.resolve();
    // The keeper ends what is left of a start that does not give up in time.
    if (!(await inTime(started, deadline.remainingMs()))) return { forced: 1 };
    if (!this.#server) return;
    const { kept } = this.#server;
    kept.letGo();
    const remainingMs = deadline.remainingMs();
    if (await inTime(kept.ended, remainingMs - Math.min(FORCE_RESERVE_MS, remainingMs / 2))) return;
    kept.signal('SIGQUIT');
    if (!(await inTime(kept.ended, deadline.remainingMs()))) kept.signal('SIGKILL');
    return { forced: 1 };
  }
}

async function inTime(event: Promise<void>, ms: number): Promise<boolean> {
  const done = new AbortController();
  const late = sleep(Math.max(0, ms), false, { signal: done.signal }).catch(() => false);
  const result = await Promise.race([event.then(() => true), late]);
  done.abort();
  return result;
}
