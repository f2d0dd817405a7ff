/** Where the database is: given by configuration, or known only once an embedded server runs. */
export interface DatabaseLocation {
  /** A `postgres://` URL. Throws when asked before the component behind it has started. */
  url(): string;
}
