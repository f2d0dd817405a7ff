import { EventEmitter, once } from 'node:events';
import type { QueryResult, QueryResultRow } from 'pg';
import { connectWithRetry } from '../../../application/intake/connect-with-retry';
import { retryConflicts } from '../../../application/intake/retry-conflicts';
import type { Component, StopDetails } from '../../../application/lifecycle/component';
import type { Deadline } from '../../../application/lifecycle/deadline';
import type { Log } from '../../../application/ports/log';
import { SubmissionCancelled } from '../../../domain/intake/errors';
import { TIME_BUDGET } from '../../../domain/lifecycle/time-budget';
import { cancelUntilOver, limitTime, type TimeLimit } from './cancel-request';
import { connectAdvice } from './connect-advice';
import { parseConnectionUrl } from './connection-url';
import type { DatabaseLocation } from './database-location';
import {
  connectFailure,
  endsSession,
  isCancelledFromOutside,
  isConflict,
  isReadOnly,
  isStatementCancelled,
  mayPass,
  ReadOnlyServer,
  statementFailure,
} from './errors';
import { NamedStatements } from './named-statements';
import type { PoolSettings } from './pool-options';
import { IS_WRITABLE, type PreparedStatement } from './prepared-statement';
import { nameOf } from './servers';
import type { Session } from './session';
import { Sessions } from './sessions';

export interface PostgresSettings extends PoolSettings {
  /** How long `start` waits for a database that is late. */
  readonly connectTimeoutMs: number;
}

/** The server ends a statement at its timeout by itself, unless a pooler has refused to tell it: a moment later we do. */
const SERVER_FIRST_MS = 500;

/** How much longer than a statement may run we wait for a server that has gone silent. */
const SILENCE_MARGIN_MS = 1_000;

/** A probe that has waited long for a session still gets this for its answer. */
const ANSWER_AT_LEAST_MS = 250;

/** What a piece of work with a session may take. */
interface Bounds {
  readonly signal?: AbortSignal | undefined;
  /** For all of it. Undefined: the time that is configured, for the session and for each statement. */
  readonly withinMs?: number;
  readonly isRepeatable?: boolean;
}

/** The connection pool: every statement of the service runs through it, and it ends when nobody uses it any more. */
export class PostgresPool implements Component {
  readonly name = 'postgres-pool';
  readonly #location: DatabaseLocation;
  readonly #settings: PostgresSettings;
  readonly #log: Log;
  readonly #statements = new NamedStatements(() =>
    this.#log.info('the database connections do not keep prepared statements: they go unnamed from now on'),
  );
  /** Sessions with a statement under way. */
  readonly #running = new Set<Session>();
  readonly #events = new EventEmitter<{ quiet: [] }>();
  #pool: Sessions | undefined;
  #checking: Promise<void> | undefined;

  constructor(location: DatabaseLocation, settings: PostgresSettings, log: Log) {
    this.#location = location;
    this.#settings = settings;
    this.#log = log;
  }

  /** @throws the last connection error when the database stays out of reach for `connectTimeoutMs`. */
  async start(signal: AbortSignal): Promise<void> {
    const target = parseConnectionUrl(this.#location.url(), this.#location.environment ?? {});
    const { whenUp } = this.#location;
    const pool = new Sessions(target, this.#settings, this.#log, whenUp?.bind(this.#location));
    this.#pool = pool;
    await connectWithRetry({
      connect: async () => pool.release(await pool.acquire(), false),
      mayPass,
      timeoutMs: this.#settings.connectTimeoutMs,
      signal,
      log: this.#log,
    }).catch((error: Error) => {
      pool.cut();
      const advice = connectAdvice(error.cause, target.client);
      throw advice === undefined ? error : new Error(`${error.message}; ${advice}`, { cause: error.cause });
    });
  }

  /**
   * Runs one statement, which commits by itself; again, see {@link retryConflicts}, where Postgres sacrificed it to another
   * one. `signal` cancels it in the server.
   *
   * @throws {StoreUnavailable} no connection was to be had, or the server gave up or takes no writes; rolled back.
   * @throws {SubmissionCancelled} cancelled; rolled back.
   * @throws {CommitInDoubt} the connection was lost before the answer came, or the session ended with an error; of what is
   *   repeatable it is a {@link StoreUnavailable}.
   * @throws {DataRefused} for one of its values; rolled back.
   * @throws {DatabaseError} the statement's own error; rolled back. Any other error is a defect.
   */
  run<Row extends QueryResultRow>(
    statement: PreparedStatement<Row>,
    values: readonly unknown[],
    signal?: AbortSignal,
  ): Promise<QueryResult<Row>> {
    const { isRepeatable = false } = statement;
    const work = (session: Session) => this.#statements.run(session, statement, values, signal);
    return this.#use(work, { signal, isRepeatable });
  }

  /**
   * A session outside the pool, for what may take long: nobody limits its time but the server's own settings. `end` is the
   * caller's to call; {@link stop} cuts it at its deadline.
   * @throws the connection's error, or `signal.reason`
   */
  session(signal?: AbortSignal): Promise<Session> {
    return this.#open().aside(signal);
  }

  /**
   * Resolves when the database takes writes, and rejects within about `acquireTimeoutMs` when it does not. Asks once at a time,
   * however many want to know: the connections are for those who work.
   */
  check(): Promise<void> {
    this.#checking ??= this.#check().finally(() => {
      this.#checking = undefined;
    });
    return this.#checking;
  }

  async #check(): Promise<void> {
    const isWritable = async (session: Session) => {
      const { rows } = await this.#statements.run(session, IS_WRITABLE, []);
      if (!rows[0]?.writable) throw new ReadOnlyServer(nameOf(session.server));
    };
    await this.#use(isWritable, { withinMs: this.#settings.acquireTimeoutMs, isRepeatable: true });
  }

  /** Connections by what they do, for metrics. */
  counts(): { total: number; idle: number; waiting: number } {
    const pg = this.#pool?.pg;
    return { total: pg?.totalCount ?? 0, idle: pg?.idleCount ?? 0, waiting: pg?.waitingCount ?? 0 };
  }

  /** Resolves when no statement is under way, or when `signal` aborts. */
  async quiet(signal: AbortSignal): Promise<void> {
    if (this.#running.size > 0) await once(this.#events, 'quiet', { signal }).catch(() => {});
  }

  /** Ends every connection; what still runs shortly before the deadline is cancelled, then cut, and counted as forced. */
  async stop(deadline: Deadline): Promise<StopDetails> {
    const pool = this.#pool;
    if (!pool) return {};
    let forced = 0;
    let overs: readonly (() => void)[] = [];
    const cancelAll = () => {
      forced = this.#running.size;
      overs = [...this.#running].map((session) => cancelUntilOver(session, AbortSignal.abort()));
    };
    const remainingMs = deadline.remainingMs();
    const timer = setTimeout(
      cancelAll,
      remainingMs - Math.min(TIME_BUDGET.cancelStatementsMs, remainingMs / 2),
    );
    const cut = () => {
      forced = Math.max(forced, this.#running.size);
      pool.cut();
    };
    if (deadline.signal.aborted) cut();
    else deadline.signal.addEventListener('abort', cut);
    await pool.end();
    clearTimeout(timer);
    for (const over of overs) over();
    deadline.signal.removeEventListener('abort', cut);
    return { forced };
  }

  async #use<T>(work: (session: Session) => Promise<T>, bounds: Bounds): Promise<T> {
    const pool = this.#open();
    const { signal, withinMs, isRepeatable = false } = bounds;
    const began = performance.now();
    const session = await pool.acquire(signal, withinMs).catch((error) => {
      throw signal?.aborted ? cancelled('while waiting for a connection', error) : connectFailure(error);
    });
    const over = signal && cancelUntilOver(session, signal);
    const limit = limitTime(
      session,
      this.#limits(pool, session, withinMs && withinMs - (performance.now() - began)),
    );
    this.#running.add(session);
    let broken = false;
    try {
      return await retryConflicts(() => work(session), this.#isToRepeat, signal);
    } catch (error) {
      if (signal?.aborted && isStatementCancelled(error)) throw cancelled('while it ran', error);
      broken = endsSession(error);
      if (isReadOnly(error)) pool.retireAll(session);
      throw error instanceof SubmissionCancelled ? error : statementFailure(error, { isRepeatable });
    } finally {
      this.#running.delete(session);
      over?.();
      pool.release(session, limit() || broken || signal?.aborted === true);
      if (this.#running.size === 0) this.#events.emit('quiet');
    }
  }

  /** A server of our own takes a signal that was meant for us for its own; whoever cancels in another's means it. */
  readonly #isToRepeat = (error: unknown): boolean =>
    isConflict(error) || (this.#location.whenUp !== undefined && isCancelledFromOutside(error));

  #limits(pool: Sessions, session: Session, leftMs: number | undefined): TimeLimit {
    if (leftMs !== undefined) {
      // A server that is only slow must not lose all its sessions to an impatient probe.
      const atOnce = Math.max(leftMs, ANSWER_AT_LEAST_MS);
      return { cancelAfterMs: atOnce, cutAfterMs: atOnce };
    }
    const { statementTimeoutMs } = this.#settings;
    return {
      cancelAfterMs: statementTimeoutMs + SERVER_FIRST_MS,
      cutAfterMs: statementTimeoutMs + SILENCE_MARGIN_MS,
      onCut: () => pool.retireAll(session),
    };
  }

  #open(): Sessions {
    if (!this.#pool) throw new Error('the database is used before it has started');
    return this.#pool;
  }
}

function cancelled(when: string, cause: unknown): SubmissionCancelled {
  return new SubmissionCancelled(`the statement was cancelled ${when}`, { cause });
}
