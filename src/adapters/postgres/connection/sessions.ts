import { setTimeout as sleep } from 'node:timers/promises';
import { type ClientConfig, Pool, type PoolClient } from 'pg';
import { abortable } from '../../../application/abortable';
import { Deadline } from '../../../application/lifecycle/deadline';
import type { Log } from '../../../application/ports/log';
import type { ConnectionTarget, DatabaseHost } from './connection-url';
import type { DatabaseLocation } from './database-location';
import { isFull, mayPass, NoServer } from './errors';
import { type PoolSettings, poolOptions } from './pool-options';
import { isSame, nameOf, Servers } from './servers';
import { type Session, type SessionClass, sessionClass } from './session';
import { SessionSettings } from './session-settings';

/** A session that is somebody's until it is released. */
export type PooledSession = PoolClient & Session;

/** How long to wait for a session of our own before the server is asked for a further one again. */
const ASK_AGAIN_AFTER_MS = 250;

/** Between two attempts to get to a server that comes back by itself. */
const ASK_SERVER_AFTER_MS = 25;

/**
 * pg's pool, with what it leaves to its user: several servers, settings that a pooler refuses, a server that has no place
 * for one more session, and sessions that are of no use any more although they answer.
 */
export class Sessions {
  readonly pg: Pool;
  readonly #Session: SessionClass;
  readonly #config: ClientConfig;
  readonly #servers: Servers;
  readonly #settings: SessionSettings;
  readonly #acquireTimeoutMs: number;
  readonly #whenUp: DatabaseLocation['whenUp'];
  readonly #log: Log;
  /** Every session that stands or is being made; the pool does not show the latter. */
  readonly #sessions = new Set<Session>();
  readonly #retired = new WeakSet<Session>();
  /** Who waits for a session of ours because the server has no place for a further one; the first is the next. */
  readonly #line: (() => void)[] = [];
  #saidFull = false;
  #serving: string | undefined;

  /** @param whenUp see {@link DatabaseLocation.whenUp}; with it, a connection that may come to be is tried again. */
  constructor(
    target: ConnectionTarget,
    settings: PoolSettings,
    log: Log,
    whenUp?: DatabaseLocation['whenUp'],
  ) {
    this.#whenUp = whenUp;
    this.#servers = new Servers(target);
    this.#settings = new SessionSettings(settings.statementTimeoutMs);
    this.#Session = sessionClass(this.#servers, this.#settings, (session) => this.#made(session));
    this.#acquireTimeoutMs = settings.acquireTimeoutMs;
    this.#log = log;
    const options = poolOptions(target.client, settings);
    this.#config = options;
    this.pg = new Pool({ ...options, Client: this.#Session });
    // Without a listener, the end of an idle session (a restarted server, say) would end the process. The pool has
    // dropped it by then.
    this.pg.on('error', (error) => log.warn('an idle database connection was lost', { err: error }));
    this.pg.on('release', () => this.#line[0]?.());
    this.pg.on('connect', (client) => this.#connected(nameOf((client as PooledSession).server)));
  }

  /**
   * A session of the pool; {@link release} gives it back. Waits where all are in use, and where the server has no place
   * for one more.
   * @throws `signal.reason`, or the reason why there is none within `withinMs` (by default, the time that is configured).
   */
  acquire(signal?: AbortSignal, withinMs = this.#acquireTimeoutMs): Promise<PooledSession> {
    const connect = () => this.pg.connect() as Promise<PooledSession>;
    return this.#get({ connect, giveBack: (session) => this.release(session, false) }, withinMs, signal);
  }

  /**
   * A session outside the pool, for what may take long; its `end` is the caller's. Throws as {@link acquire} does. Where the
   * server has no place for one more, the pool's idle ones make room: theirs may be all that the role has.
   */
  aside(signal?: AbortSignal): Promise<Session> {
    const connect = () =>
      (new this.#Session(this.#config).connect() as Promise<Session>).catch((error) => {
        if (isFull(error)) this.#endIdle();
        throw error;
      });
    return this.#get({ connect, giveBack: (session) => void session.end() }, this.#acquireTimeoutMs, signal);
  }

  release(session: PooledSession, broken: boolean): void {
    session.release(broken || this.#retired.has(session));
  }

  /**
   * Lets no session that stands now serve anybody again, because the server of `culprit` does not do its work any more:
   * the next ones are made anew, and so their host name is resolved anew. Those in use end when they are released.
   */
  retireAll(culprit: Session): void {
    this.#servers.pass(culprit.server);
    for (const session of this.#sessions) this.#retired.add(session);
    this.#endIdle();
  }

  /** Resolves when the server knows of none of the pool's sessions any more. */
  async end(): Promise<void> {
    await this.pg.end();
    // The pool says so when it has said goodbye on every connection; the server may still have them.
    await Promise.all(
      [...this.#sessions].map(({ socket }) => new Promise((closed) => socket.once('close', closed))),
    );
  }

  /** Cuts all connections, those included that are being made. */
  cut(): void {
    for (const { socket } of this.#sessions) socket.destroy();
  }

  #endIdle(): void {
    for (let idle = this.pg.idleCount; idle > 0; idle -= 1) {
      void (this.pg.connect() as Promise<PooledSession>).then(
        (session) => this.release(session, true),
        () => {},
      );
    }
  }

  /** Of several servers, the one that serves is worth a line whenever it is another one. */
  #connected(server: string): void {
    if (this.#servers.count > 1 && server !== this.#serving)
      this.#log.info('the database connections go to another server', { server, before: this.#serving });
    this.#serving = server;
  }

  #made(session: Session): void {
    this.#sessions.add(session);
    session.socket.once('close', () => this.#sessions.delete(session));
  }

  async #get<S extends Session>(source: Source<S>, withinMs: number, signal?: AbortSignal): Promise<S> {
    const deadline = Deadline.in(withinMs);
    const failures = new Map<DatabaseHost, unknown>();
    try {
      if (this.#line.length > 0) await this.#wait('last', deadline.signal);
      for (;;) {
        const server = this.#servers.first;
        try {
          const session = await attempt(source, deadline.signal, signal);
          if (!this.#retired.has(session)) return session;
          source.giveBack(session);
        } catch (error) {
          signal?.throwIfAborted();
          if (this.#goesWithout(error)) continue;
          // That time is over says less than what failed before it.
          if (!deadline.signal.aborted || !failures.has(server)) failures.set(server, error);
          if (deadline.signal.aborted) throw summary(failures);
          if (isFull(error)) {
            this.#sayFull(error);
            await this.#wait('first', deadline.signal);
          } else if (mayPass(error) && this.#whenUp) await this.#comesBack(this.#whenUp, deadline.signal);
          // Wrong credentials are wrong everywhere; another way to the same server may do where this one does not.
          else if (!mayPass(error) && !isSame(this.#servers.first, server)) throw error;
          else if (failures.size === this.#servers.count) throw summary(failures);
        }
      }
    } finally {
      deadline.clear();
    }
  }

  #goesWithout(error: unknown): boolean {
    const refused = this.#settings.refusedBy(error);
    if (refused.length === 0) return false;
    const { message } = error as Error;
    this.#log.info(`the database connections do without ${refused.join(' and ')}: ${message}`);
    return true;
  }

  /** Until one of our own sessions is free, or the server may have a place again. */
  #wait(place: 'first' | 'last', late: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const go = () => {
        clearTimeout(timer);
        late.removeEventListener('abort', go);
        this.#line.splice(this.#line.indexOf(go), 1);
        resolve();
      };
      const timer = setTimeout(go, ASK_AGAIN_AFTER_MS);
      late.addEventListener('abort', go);
      if (place === 'first') this.#line.unshift(go);
      else this.#line.push(go);
    });
  }

  /** Asked a moment later: that the server goes is known here sooner than there. */
  async #comesBack(whenUp: NonNullable<DatabaseLocation['whenUp']>, late: AbortSignal): Promise<void> {
    await sleep(ASK_SERVER_AFTER_MS, undefined, { signal: late }).catch(() => {});
    await whenUp(late).catch((error) => {
      // What has failed so far says more than that time is over.
      if (!late.aborted) throw error;
    });
  }

  #sayFull(error: unknown): void {
    if (this.#saidFull) return;
    this.#saidFull = true;
    const { message } = error as Error;
    this.#log.warn('the database takes no further connection, going on with those that there are', {
      connections: this.pg.totalCount,
      reason: message,
    });
  }
}

function summary(failures: ReadonlyMap<DatabaseHost, unknown>): unknown {
  const [only] = failures.values();
  return failures.size === 1
    ? only
    : new NoServer([...failures].map(([server, error]) => [nameOf(server), error]));
}

/** Where a session comes from, and what becomes of one that is not wanted. */
interface Source<S extends Session> {
  connect(): Promise<S>;
  giveBack(session: S): void;
}

/** Once; whoever waits for it may give up, and is not handed the session then. */
async function attempt<S extends Session>(
  { connect, giveBack }: Source<S>,
  late: AbortSignal,
  signal?: AbortSignal,
): Promise<S> {
  signal?.throwIfAborted();
  const pending = connect();
  try {
    return await abortable(signal ? abortable(pending, signal) : pending, late);
  } catch (error) {
    if (!signal?.aborted && !late.aborted) throw error;
    pending.then(giveBack, () => {});
    throw signal?.aborted
      ? signal.reason
      : new Error('timeout exceeded when trying to connect', { cause: error });
  }
}
