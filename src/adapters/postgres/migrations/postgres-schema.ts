import { sql } from 'kysely';
import type { Component } from '../../../application/lifecycle/component';
import type { Log } from '../../../application/ports/log';
import { cancelUntilOver } from '../connection/cancel-request';
import type { PostgresPool } from '../connection/postgres-pool';
import { compiler, parameter, prepared } from '../connection/prepared-statement';
import type { Session } from '../connection/session';
import { migrationHolders, tableHolders } from './lock-holders';
import { migrate } from './migrate';
import { isInTheWay } from './migration-lock';
import { lackingStatement, requireNothing } from './privileges';
import { adviceFor } from './schema-advice';
import { allMigrations, allTables, MIGRATION_TABLE, type SchemaPart } from './schema-part';

/** Between two attempts to get at a table that somebody holds, whoever waits behind us gets his turn. */
const PAUSE_MS = 1_000;

/** A start may wait for hours: it says so when it has waited for a second, and then again and again. */
const SAY_AFTER_MS = 1_000;
const SAY_AGAIN_AFTER_MS = 10_000;

interface Look {
  readonly encoding: string;
  readonly database: string;
  readonly role: string;
  /** Null where nothing has been applied yet. */
  readonly readable: boolean | null;
}

const LOOK = prepared(
  'schema_look',
  sql<Look>`select current_setting('server_encoding') as encoding, quote_ident(current_database()) as database,
    quote_ident(current_user) as role,
    has_table_privilege(to_regclass(${sql.lit(MIGRATION_TABLE)}), 'select') as readable`.compile(compiler),
  { isRepeatable: true },
);

const APPLIED = prepared(
  'schema_applied',
  sql<{ name: string }>`
    select name from ${sql.table(MIGRATION_TABLE)} where name = any(${parameter(1, 'text[]')})`.compile(
    compiler,
  ),
  { isRepeatable: true },
);

/** Brings the database's tables to what this version needs. Safe for any number of replicas that start at once. */
export class PostgresSchema implements Component {
  readonly name = 'postgres-schema';
  readonly #pool: PostgresPool;
  readonly #parts: readonly SchemaPart[];
  readonly #log: Log;

  constructor(pool: PostgresPool, parts: readonly SchemaPart[], log: Log) {
    this.#pool = pool;
    this.#parts = parts;
    this.#log = log;
  }

  /**
   * Waits for as long as somebody else holds a table that a migration wants, and says who it is: to give up would stop a
   * deployment because of a backup.
   *
   * @throws when a migration fails, which is then rolled back, with the SQL that helps where there is one; when the database
   *   or a table that was there before cannot hold every row, or the role lacks a privilege on the tables.
   */
  async start(signal: AbortSignal): Promise<void> {
    if (await this.#isCurrent(signal)) {
      requireNothing((await this.#pool.run(lackingStatement(this.#parts), [], signal)).rows);
    } else await this.#migrate(signal);
    signal.throwIfAborted();
  }

  /** Two cheap looks, since nearly every start finds nothing to do, and Kysely's migrator asks a dozen questions first. */
  async #isCurrent(signal: AbortSignal): Promise<boolean> {
    const [look] = (await this.#pool.run(LOOK, [], signal)).rows;
    if (!look) throw new Error('the database did not say who it is');
    const { encoding, database, role, readable } = look;
    if (encoding !== 'UTF8') {
      throw new Error(
        `the database ${database} is encoded in ${encoding}, which cannot hold every name; what helps is another one: ` +
          `create database ... encoding 'UTF8' template template0`,
      );
    }
    if (readable === null) return false;
    if (!readable) {
      const help = `grant select on ${MIGRATION_TABLE} to ${role}`;
      throw new Error(`the role cannot read what has been applied; what helps: ${help}`);
    }
    const names = Object.keys(allMigrations(this.#parts));
    return (await this.#pool.run(APPLIED, [names], signal)).rows.length === names.length;
  }

  /** On a session of its own: a migration may take longer than any statement of a request, and the pool may be small. */
  async #migrate(signal: AbortSignal): Promise<void> {
    const session = await this.#pool.session(signal);
    const over = cancelUntilOver(session, signal);
    try {
      await this.#untilUnlocked(session, signal);
    } catch (error) {
      signal.throwIfAborted();
      const advice = await adviceFor(error, session, allTables(this.#parts));
      const reason = `${(error as Error).message}${advice === undefined ? '' : `; ${advice}`}`;
      throw new Error(`the database schema could not be brought up to date: ${reason}`, { cause: error });
    } finally {
      over();
      await session.end();
    }
  }

  async #untilUnlocked(session: Session, signal: AbortSignal): Promise<void> {
    const log = this.#log;
    let attemptAt = 0;
    const sayWhoMigrates = nowAndThen(async () => {
      log.warn('a migration waits for that of another replica', { holders: await migrationHolders(session) });
    });
    const sayWhoHolds = nowAndThen(async () => {
      const holders = await tableHolders(session, allTables(this.#parts), performance.now() - attemptAt);
      log.warn('a migration waits for a table that others hold', { holders });
    });
    const onAttempt = () => {
      attemptAt = performance.now();
    };
    for (let pauseMs = 0; ; pauseMs = PAUSE_MS) {
      try {
        return await migrate(session, {
          parts: this.#parts,
          signal,
          log,
          pauseMs,
          onWait: sayWhoMigrates,
          onAttempt,
        });
      } catch (error) {
        if (!isInTheWay(error)) throw error;
        await sayWhoHolds();
      }
    }
  }
}

function nowAndThen(say: () => Promise<void>): () => Promise<void> {
  let sayAt = performance.now() + SAY_AFTER_MS;
  return async () => {
    if (performance.now() < sayAt) return;
    sayAt = performance.now() + SAY_AGAIN_AFTER_MS;
    await say();
  };
}
