import { setTimeout as sleep } from 'node:timers/promises';
import { abortable } from '../../application/abortable';
import type { Component, StopDetails } from '../../application/lifecycle/component';
import type { Deadline } from '../../application/lifecycle/deadline';
import type { Log } from '../../application/ports/log';
import { TIME_BUDGET } from '../../domain/lifecycle/time-budget';
import type { ProgramEnvironment } from './binaries';
import { openCluster } from './cluster';
import { EmbeddedPostgresError, USE_YOUR_OWN } from './embedded-postgres-error';
import { findPlace } from './place';
import { retirePredecessor } from './predecessor';
import { type Server, serve } from './server';

/** A server that ends more often than this, in so long a time, is left alone. */
const RESTARTS_MAX = 5;
const RESTARTS_WITHIN_MS = 60_000;

/** The first restart is at once, each further one so much later than the one before it. */
const RESTART_PAUSE_MS = 200;

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
export class EmbeddedPostgres implements Component {
  readonly name = 'embedded-postgres';
  readonly #options: EmbeddedPostgresOptions;
  readonly #giveUp = new AbortController();
  #server: Server | undefined;
  /** When it has ended by itself, lately; `performance.now()`. */
  #ends: readonly number[] = [];
  #up: Promise<void> = Promise.resolve();

  constructor(options: EmbeddedPostgresOptions) {
    this.#options = options;
  }

  url(): string {
    if (!this.#server) throw new EmbeddedPostgresError('the embedded Postgres has not started');
    return this.#server.url;
  }

  async start(startSignal: AbortSignal): Promise<void> {
    const signal = AbortSignal.any([startSignal, this.#giveUp.signal]);
    if (process.platform === 'win32')
      throw new EmbeddedPostgresError(`no embedded Postgres on Windows: ${USE_YOUR_OWN}`);
    const { dataFolder, log, env, temporary = false } = this.#options;
    const place = await findPlace(dataFolder, env, (message) => log.warn(message));
    await retirePredecessor(place.cluster, signal);
    const cluster = await openCluster(place, temporary, signal);
    // What `signal` says of the start does not hold for a restart: the drain needs the database too.
    const serveAt = async (within: AbortSignal, port?: number) => {
      const server = await serve(place, cluster, {
        temporary,
        log,
        signal: within,
        ...(port !== undefined && { port }),
      });
      this.#server = server;
      void server.kept.ended.then(() => {
        if (!this.#giveUp.signal.aborted)
          this.#keepUp(server, () => serveAt(this.#giveUp.signal, server.port));
      });
    };
    await serveAt(signal);
    const { port, kept } = this.#server as unknown as Server;
    log.info(`embedded Postgres is ready, its data are in ${place.folder}; ${USE_YOUR_OWN}`, {
      dataFolder: place.folder,
      port,
      pid: kept.pid,
    });
  }

  /**
   * Starts a server again that has ended by itself: whoever signals every process of a tree (pm2, a platform, a person) means
   * the service, and that one decides when its database ends. Port, password and data stay the same.
   */
  #keepUp({ kept }: Server, again: () => Promise<void>): void {
    const { log } = this.#options;
    const now = performance.now();
    this.#ends = [...this.#ends.filter((at) => now - at < RESTARTS_WITHIN_MS), now];
    this.#up = (async () => {
      for (let attempt = this.#ends.length; attempt <= RESTARTS_MAX; attempt += 1) {
        log.warn(`the embedded Postgres has ended, starting it again: ${kept.lastOutput}`, { attempt });
        await sleep((attempt - 1) * RESTART_PAUSE_MS, undefined, { signal: this.#giveUp.signal });
        try {
          return await again();
        } catch (error) {
          if (this.#giveUp.signal.aborted) throw error;
          log.warn('the embedded Postgres could not be started again', { err: error });
        }
      }
      log.error('the embedded Postgres keeps ending, and is not started again', { restarts: RESTARTS_MAX });
      throw new EmbeddedPostgresError('the embedded Postgres keeps ending');
    })();
    // Whoever waits for it is told; that nobody does is no fault.
    this.#up.catch(() => {});
  }

  /** Rejects when the server has gone for good, or when `signal` aborts. */
  whenUp(signal: AbortSignal): Promise<void> {
    return abortable(this.#up, signal);
  }

  async stop(deadline: Deadline): Promise<StopDetails | void> {
    this.#giveUp.abort(new EmbeddedPostgresError('the embedded Postgres was stopped while it started'));
    const restarted = this.#up.catch(() => {});
    // The keeper ends what is left of a start that does not give up in time.
    if (!(await inTime(restarted, deadline.remainingMs()))) return { forced: 1 };
    if (!this.#server) return;
    const { kept } = this.#server;
    kept.letGo();
    const remainingMs = deadline.remainingMs();
    if (await inTime(kept.ended, remainingMs - Math.min(TIME_BUDGET.endPostgresMs, remainingMs / 2))) return;
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
