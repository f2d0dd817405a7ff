import { Socket } from 'node:net';
import { Kysely } from 'kysely';
import { Pool, type PoolClient, type QueryResult, type QueryResultRow } from 'pg';
import { abortable } from '../../application/abortable';
import type { Deadline } from '../../application/deadline';
import type { Component, StopDetails } from '../../application/ports/component';
import type { DatabaseLocation } from '../../application/ports/database-location';
import type { Log } from '../../application/ports/log';
import type { ReadinessProbe } from '../../application/ports/readiness-probe';
import { DomainError, SubmissionCancelled } from '../../domain/errors';
import { cancelUntilOver } from './cancel-request';
import { connectWithRetry } from './connect-with-retry';
import { LastcallDialect } from './dialect';
import { connectFailure, endsSession, isStatementCancelled, statementFailure } from './errors';
import { NamedStatements, type PreparedStatement } from './named-statements';
import { type PoolSettings, poolOptions } from './pool-options';
import { retryConflicts } from './retry-conflicts';
import type { Schema } from './schema';
import { PING } from './statements';

export interface PostgresSettings extends PoolSettings {
  /** How long `start` waits for a database that is late. */
  readonly connectTimeoutMs: number;
}

/** The connection pool: every statement of the service runs through it, and it ends when nobody uses it any more. */
export class PostgresDatabase implements Component, ReadinessProbe {
  readonly name = 'postgres-pool';
  readonly #location: DatabaseLocation;
  readonly #settings: PostgresSettings;
  readonly #log: Log;
  /** Every connection's socket, also of those that are still being made: the pool does not show these. */
  readonly #sockets = new Set<Socket>();
  readonly #statements = new NamedStatements(() =>
    this.#log.info('the database connections do not keep prepared statements: they go unnamed from now on'),
  );
  #running = 0;
  #opened: { readonly pool: Pool; readonly kysely: Kysely<Schema> } | undefined;
  #checking: Promise<void> | undefined;
  #starting: Promise<void> | undefined;
  #stopping: Promise<StopDetails> | undefined;

  constructor(location: DatabaseLocation, settings: PostgresSettings, log: Log) {
    this.#location = location;
    this.#settings = settings;
    this.#log = log;
  }

  /** Kysely on this pool, for statements that are not on the hot path. Only after {@link start}. */
  get kysely(): Kysely<Schema> {
    return this.#open().kysely;
  }

  /** @throws the last connection error when the database stays out of reach for `connectTimeoutMs`. */
  start(signal: AbortSignal): Promise<void> {
    this.#starting ??= this.#startPool(signal);
    return this.#starting;
  }

  async #startPool(signal: AbortSignal): Promise<void> {
    const pool = new Pool({
      ...poolOptions(this.#location.url(), this.#settings),
      stream: () => this.#trackedSocket(),
    });
    // Without a listener, the end of an idle connection (a restarted server, say) would end the process. The pool
    // has dropped the connection by then.
    pool.on('error', (error) => this.#log.warn('an idle database connection was lost', { err: error }));
    // A connection that is lost while it is used tells its statement, and then everybody, which would end the process.
    pool.on('connect', (client) => client.on('error', () => {}));
    this.#opened = { pool, kysely: new Kysely<Schema>({ dialect: new LastcallDialect({ pool }) }) };
    await connectWithRetry({
      connect: async () => (await pool.connect()).release(),
      timeoutMs: this.#settings.connectTimeoutMs,
      signal,
      log: this.#log,
    }).catch((error) => {
      this.#cutConnections();
      throw error;
    });
  }

  /**
   * Runs one statement, which commits by itself; again, see {@link retryConflicts}, where Postgres sacrificed it to another
   * one. `signal` cancels it in the server.
   *
   * @throws {StoreUnavailable} no connection was to be had, or the server gave up; rolled back.
   * @throws {SubmissionCancelled} cancelled; rolled back.
   * @throws {CommitInDoubt} the connection was lost before the answer came, or the session ended with an error.
   * @throws {DataRefused} for one of its values; rolled back.
   * @throws {DatabaseError} the statement's own error; rolled back.
   */
  async run<R extends QueryResultRow>(
    statement: PreparedStatement,
    values: readonly unknown[],
    signal?: AbortSignal,
  ): Promise<QueryResult<R>> {
    const client = await this.#acquire(signal);
    const over = signal && cancelUntilOver(client, signal);
    this.#running += 1;
    const attempt = () => this.#statements.run<R>(client, statement, values, signal);
    let broken = false;
    try {
      return await retryConflicts(attempt, signal);
    } catch (error) {
      if (signal?.aborted && isStatementCancelled(error)) {
        throw new SubmissionCancelled('the statement was cancelled', { cause: error });
      }
      broken = endsSession(error);
      throw error instanceof DomainError ? error : statementFailure(error);
    } finally {
      this.#running -= 1;
      over?.();
      client.release(broken || signal?.aborted === true);
    }
  }

  /** Asks once at a time, however many want to know: the connections are for those who work. */
  check(): Promise<void> {
    this.#checking ??= this.#check().finally(() => {
      this.#checking = undefined;
    });
    return this.#checking;
  }

  async #check(): Promise<void> {
    await this.run(PING, []);
  }

  /** Connections by what they do, for metrics. */
  counts(): { total: number; idle: number; waiting: number } {
    const pool = this.#opened?.pool;
    return { total: pool?.totalCount ?? 0, idle: pool?.idleCount ?? 0, waiting: pool?.waitingCount ?? 0 };
  }

  /** Ends every connection; at the deadline, those that still run a statement are cut and counted as forced. */
  stop(deadline: Deadline): Promise<StopDetails> {
    this.#stopping ??= this.#stopPool(deadline);
    return this.#stopping;
  }

  async #stopPool(deadline: Deadline): Promise<StopDetails> {
    if (!this.#opened) return {};
    let forced = 0;
    const cut = () => {
      forced = this.#running;
      this.#cutConnections();
    };
    if (deadline.signal.aborted) cut();
    else deadline.signal.addEventListener('abort', cut);
    // Kysely's destroy() would leave the pool open where Kysely was never used, so the pool is ended directly.
    // The pool says that it has ended when it has said goodbye on every connection; the server may still have them.
    await this.#opened.pool.end();
    await Promise.all(
      [...this.#sockets].map((socket) => new Promise((closed) => socket.once('close', closed))),
    );
    deadline.signal.removeEventListener('abort', cut);
    return { forced };
  }

  async #acquire(signal?: AbortSignal): Promise<PoolClient> {
    if (signal?.aborted) throw new SubmissionCancelled('cancelled before a connection was asked for');
    const pending = this.#open().pool.connect();
    try {
      return await (signal ? abortable(pending, signal) : pending);
    } catch (error) {
      if (!signal?.aborted) throw connectFailure(error);
      pending.then((client) => client.release()).catch(() => {});
      throw new SubmissionCancelled('cancelled while waiting for a connection', { cause: error });
    }
  }

  #trackedSocket(): Socket {
    const socket = new Socket();
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    return socket;
  }

  #cutConnections(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  #open(): { readonly pool: Pool; readonly kysely: Kysely<Schema> } {
    if (!this.#opened) throw new Error('the database is used before it has started');
    return this.#opened;
  }
}
