/** Where the database is: given by configuration, or known only once an embedded server runs. */
export interface DatabaseLocation {
  /**
   * A `postgres://` URL, with the password where there is one: never to be logged. The same one as long as the service
   * lives. Throws when asked before the component behind it has started.
   */
  url(): string;
  /**
   * Resolves when the server is not known to be down; where it comes back by itself, whoever needs a connection waits for
   * it. Rejects when it does not come back, or when `signal` aborts. Undefined: nobody knows.
   */
  whenUp?(signal: AbortSignal): Promise<void>;
  /** The variables (`PGHOST`, `PGSSLMODE`, ...) that fill in what the URL leaves out. Undefined: it is complete. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}
