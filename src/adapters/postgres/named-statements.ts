import { DatabaseError, type PoolClient, type QueryResult, type QueryResultRow } from 'pg';
import { CommitInDoubt, SubmissionCancelled } from '../../domain/errors';

/** A statement that is compiled once, and prepared once on each connection, under its name. */
export interface PreparedStatement {
  /** Tells its text apart from every other: behind a pooler all versions of the service share the names. */
  readonly name: string;
  readonly sql: string;
}

/** SQLSTATE: the name is not known on this connection, or is known already. Both come before anything is executed. */
const NAME_LOST = ['26000', '42P05'];

/**
 * Runs statements by their names, until a connection turns out not to keep them: a pooler in transaction mode gives
 * each transaction another server connection. From then on they go unnamed, which every pooler understands.
 */
export class NamedStatements {
  readonly #onLost: () => void;
  #namesAreKept = true;

  /** @param onLost called once, when the first name is lost */
  constructor(onLost: () => void) {
    this.#onLost = onLost;
  }

  /** Runs it once: a lost name is noticed before the statement is executed. */
  async run<R extends QueryResultRow>(
    client: PoolClient,
    { name, sql }: PreparedStatement,
    values: readonly unknown[],
    signal?: AbortSignal,
  ): Promise<QueryResult<R>> {
    if (this.#namesAreKept) {
      try {
        return completed(await client.query<R>({ name, text: sql, values: [...values] }));
      } catch (error) {
        if (!isNameLost(error)) throw error;
        this.#forgetNames();
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

/**
 * A pooler may answer a cancelled client that still waits for a server connection with a bare ReadyForQuery (PgBouncer's
 * issue 141), and pg takes that for success. A statement that was executed always has a command tag.
 */
function completed<R extends QueryResultRow>(result: QueryResult<R>): QueryResult<R> {
  if (!result.command) throw new CommitInDoubt('the answer ended before the statement was completed');
  return result;
}
