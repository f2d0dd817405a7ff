/** Where the database is: given by configuration, or known only once an embedded server runs. */
export interface DatabaseLocation {
  /**
   * A `postgres://` URL, with the password where there is one: never to be logged. The same one as long as the service
   * lives. Throws when asked before the component behind it has started.
   */
  url(): string;
  /** The variables (`PGHOST`, `PGSSLMODE`, ...) that fill in what the URL leaves out. Undefined: it is complete. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}
