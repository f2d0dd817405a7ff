/** The embedded Postgres cannot run here. The message is one line, written for the person who starts the service. */
export class EmbeddedPostgresError extends Error {
  override readonly name = 'EmbeddedPostgresError';
  readonly code = 'EMBEDDED_POSTGRES';
}

/** What is always a way out, added to the messages which have no better advice. */
export const USE_YOUR_OWN = 'set DATABASE_URL to use a Postgres of your own';
