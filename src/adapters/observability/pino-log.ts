import { type Logger, type LoggerOptions, pino, stdSerializers } from 'pino';
import type { Component } from '../../application/lifecycle/component';
import type { Deadline } from '../../application/lifecycle/deadline';
import type { Log, LogFields } from '../../application/ports/log';
import type { LogDestination } from './log-destination';

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';

/** JSON lines by pino. As a component it stops last: it flushes, and still takes lines afterwards. */
export class PinoLog implements Log, Component {
  readonly name = 'log';
  readonly #logger: Logger;
  readonly #destination: LogDestination;

  constructor(level: LogLevel, destination: LogDestination) {
    const options: LoggerOptions = {
      level,
      base: null,
      timestamp: timestamps(),
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: stdSerializers.errWithCause },
    };
    this.#destination = destination;
    this.#logger = pino(options, destination.stream);
  }

  debug(message: string, fields: LogFields = {}): void {
    this.#logger.debug(fields, message);
  }

  info(message: string, fields: LogFields = {}): void {
    this.#logger.info(fields, message);
  }

  warn(message: string, fields: LogFields = {}): void {
    this.#logger.warn(fields, message);
  }

  error(message: string, fields: LogFields = {}): void {
    this.#logger.error(fields, message);
  }

  /** The last line of a process that is about to go: whatever is still said after it is dropped. */
  last(message: string, fields: LogFields = {}): void {
    this.#logger.error(fields, message);
    this.#logger.level = 'silent';
  }

  /** Writes text for the person at the terminal as it is, in its turn among the lines. */
  print(text: string): void {
    this.#destination.print(text);
  }

  stop(deadline: Deadline): Promise<void> {
    return this.flush(deadline.signal);
  }

  /** Resolves when every line so far has been written, when nobody can take them, or when `signal` aborts. */
  async flush(signal: AbortSignal): Promise<void> {
    await this.#destination.flush(signal);
  }
}

/** Making a time's text is a quarter of a line's CPU; under load, many lines share a millisecond. */
function timestamps(): () => string {
  let at = 0;
  let text = '';
  return () => {
    const now = Date.now();
    if (now !== at) text = `,"time":"${new Date(now).toISOString()}"`;
    at = now;
    return text;
  };
}
