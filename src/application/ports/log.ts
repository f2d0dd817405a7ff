/**
 * Where the service says what it does: one call, one line.
 *
 * Never throws, never blocks the event loop, and keeps bounded memory when nobody reads: lines may be dropped
 * then, never the service. `fields` are structured values; an error goes under the key `err`.
 */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

export type LogFields = Readonly<Record<string, unknown>>;
