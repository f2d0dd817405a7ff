import { DatabaseError } from 'pg';

/** How often a server looks whether the client of a running statement is still there, in milliseconds. */
const CLIENT_CHECK_INTERVAL_MS = 1_000;

/**
 * The settings that a session asks for in its startup message. Poolers refuse some (PgBouncer all that it does not track),
 * and so do servers that are too old for one: what has been refused once is left out from then on.
 */
export class SessionSettings {
  readonly #settings: Map<string, string>;

  constructor(statementTimeoutMs: number) {
    this.#settings = new Map([
      ['statement_timeout', String(statementTimeoutMs)],
      // Postgres 14 and later. When this process is killed, what it was running ends, instead of being stored later.
      ['client_connection_check_interval', String(CLIENT_CHECK_INTERVAL_MS)],
    ]);
  }

  current(): Record<string, string> {
    return Object.fromEntries(this.#settings);
  }

  /** The settings that a connection was refused for with `error`; they are left out from now on. */
  refusedBy(error: unknown): readonly string[] {
    if (!(error instanceof DatabaseError)) return [];
    const names = [...this.#settings.keys()];
    const named = names.filter((name) => error.message.includes(name));
    const refused = named.length === 0 && /startup parameter/i.test(error.message) ? names : named;
    for (const name of refused) this.#settings.delete(name);
    return refused;
  }
}
