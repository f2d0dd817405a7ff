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

/** A measurement to a tenth, as logs show it: more digits are noise. */
export function tenths(value: number): number {
  return Math.round(value * 10) / 10;
}

/** All numbers of a flat record to a tenth. */
export function inTenths(figures: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, tenths(value)]));
}
