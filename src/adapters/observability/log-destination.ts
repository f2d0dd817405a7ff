import { constants, openSync } from 'node:fs';
import type { DestinationStream } from 'pino';
import type PinoPretty from 'pino-pretty';
import { SonicBoom } from 'sonic-boom';

/** Where lines go. */
export interface LogDestination {
  readonly stream: DestinationStream;
  /** Text that is no line of the log, after what was written before it. */
  print(text: string): void;
  flush(signal: AbortSignal): Promise<void>;
}

/** What is kept for a reader that has stalled, in bytes; what comes on top of it is dropped. */
const MAX_BUFFERED_BYTES = 8 * 1024 * 1024;

/** A reader that takes nothing for this long is not waited for: the log is last, and would use up the whole budget. */
const STALLED_AFTER_MS = 1_000;

/** Lines are gathered to this length, or for this time: each write wakes a thread of libuv. */
const GATHERED_BYTES = 4_096;
const GATHERED_FOR_MS = 25;

/**
 * Standard output: JSON lines, or readable lines when it is a terminal. Both are written off the event loop: a terminal
 * stalls too (Ctrl-S, `docker run -t` that nobody looks at).
 *
 * pino's own `destination` hooks the process's exit; SonicBoom alone, which it is made of, does not.
 */
export function standardOutput(isTerminal: boolean): LogDestination {
  const stream = new SonicBoom({
    fd: isTerminal ? terminal() : 1,
    sync: false,
    maxLength: MAX_BUFFERED_BYTES,
    minLength: GATHERED_BYTES,
    periodicFlush: GATHERED_FOR_MS,
  });
  // Nobody is left to be told of a broken pipe; the drain goes on without a log.
  stream.on('error', () => {});
  const print = (text: string) => void stream.write(text);
  return {
    stream: isTerminal ? readable(print) : stream,
    print,
    flush: (signal) => flushed(stream, signal),
  };
}

/** Resolves when all is written, when `signal` aborts, or when the reader has stalled. */
function flushed(stream: SonicBoom, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(stalled);
      stream.off('write', progress);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const stalled = setTimeout(done, STALLED_AFTER_MS);
    const progress = () => stalled.refresh();
    stream.on('write', progress);
    signal.addEventListener('abort', done);
    if (signal.aborted) done();
    else stream.flush(done);
  });
}

/** Loaded only for a terminal: in production nobody pays for it. */
function readable(print: (text: string) => void): DestinationStream {
  const { prettyFactory } = require('pino-pretty') as typeof PinoPretty;
  const pretty = prettyFactory({ colorize: true, ignore: 'pid,hostname', translateTime: 'HH:MM:ss.l' });
  return { write: (line) => print(pretty(line)) };
}

/**
 * The terminal once more, opened so that a write never waits. Otherwise the thread that writes would hang in a stalled
 * one, and the exit waits for that thread. Standard output itself is left as it is: the shell shares it.
 */
function terminal(): number {
  try {
    return openSync('/dev/fd/1', constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch {
    // After `su` it belongs to another user; then a stalled one does hold up the exit.
    return 1;
  }
}
