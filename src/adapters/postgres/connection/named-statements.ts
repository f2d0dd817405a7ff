import { type ClientBase, DatabaseError, type QueryResult, type QueryResultRow } from 'pg';
import { CommitInDoubt, SubmissionCancelled } from '../../../domain/intake/errors';
import type { PreparedStatement } from './prepared-statement';

/** SQLSTATE: the name is not known on this connection, or is known already. Both come before anything is executed. */
const NAME_LOST = ['26000', '42P05'];

/**
 * Where Postgres says "cached plan must not change result type", in whatever language: somebody has altered a table since.
 * That comes before anything is executed, too.
 */
const STALE_PLAN = { code: '0A000', routine: 'RevalidateCachedQuery' };

/**
 * Runs statements by their names, until a connection turns out not to keep them: a pooler in transaction mode gives
 * each transaction another server connection. From then on they go unnamed, which every pooler understands. So they do on
 * a connection that holds a plan from before a table was altered.
 */
export class NamedStatements {
  readonly #onLost: () => void;
  /** Connections on which a name stands for what the statement no longer is. */
  readonly #stale = new WeakSet<ClientBase>();
  #namesAreKept = true;

  /** @param onLost called once, when the first name is lost */
  constructor(onLost: () => void) {
    this.#onLost = onLost;
  }

  /** Runs it once: a lost name is noticed before the statement is executed. */
  async run<R extends QueryResultRow>(
    client: ClientBase,
    { name, sql }: PreparedStatement<R>,
    values: readonly unknown[],
    signal?: AbortSignal,
  ): Promise<QueryResult<R>> {
    if (this.#namesAreKept && !this.#stale.has(client)) {
      try {
        return completed(await client.query<R>({ name, text: sql, values: [...values] }));
      } catch (error) {
        if (isStalePlan(error)) this.#stale.add(client);
        else if (isNameLost(error)) this.#forgetNames();
        else throw error;
      }
      // The cancel request has been spent on the attempt that failed by itself.
      if (signal?.aborted) throw new SubmissionCancelled('cancelled before the statement was sent again');
    }
    return completed(await client.query<R>({ text: sql, values: [...values] }));
  }

  #forgetNames(): void {
    if (!this.#namesAreKept) return;
    this.#namesAreKept = false;
    this.#onLost();
  }
}

function isNameLost(error: unknown): boolean {
  return error instanceof DatabaseError && NAME_LOST.includes(error.code ?? '');
}

function isStalePlan(error: unknown): boolean {
  if (!(error instanceof DatabaseError)) return false;
  return error.code === STALE_PLAN.code && error.routine === STALE_PLAN.routine;
}

/**
 * A pooler may answer a cancelled client that still waits for a server connection with a bare ReadyForQuery (PgBouncer's
 * issue 141), and pg takes that for success. A statement that was executed always has a command tag.
 */
function completed<R extends QueryResultRow>(result: QueryResult<R>): QueryResult<R> {
  if (!result.command) throw new CommitInDoubt('the answer ended before the statement was completed');
  return result;
}
