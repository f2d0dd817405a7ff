import type { Endpoint } from '../client/endpoint';
import type { LogLine } from './log-lines';

/** How a server ended. */
export interface Exit {
  /** Null when a signal ended it, or nobody knows. */
  readonly code: number | null;
  /** The signal that ended it, such as `SIGKILL`. */
  readonly signal: string | null;
  /** `performance.now()` at which the drill learned of it. */
  readonly at: number;
}

/** A server under test, from when it is ready until it has gone. */
export interface DrilledServer {
  readonly endpoint: Endpoint;
  /** Resolves when it has gone, however. Never rejects. */
  readonly exited: Promise<Exit>;
  /**
   * Tells it to stop. Resolves when that has been said.
   * @throws Error in words for the user when it cannot be said
   */
  stop(): Promise<void>;
  /** Keeps it from running, and lets it run again; left out where the drill cannot. */
  freeze?(): void;
  thaw?(): void;
  /**
   * Waits for the exit; kills it when that takes longer than `graceMs`, and says so by `null`.
   * @param isQuiet whether no client has a connection to it any more
   */
  exitWithin(graceMs: number, isQuiet: () => boolean): Promise<Exit | null>;
  /** What it has logged so far, each line with the time at which the drill read it. */
  logLines(): readonly LogLine[];
}

/** What a lane of trials is made of, for the server's start. */
export interface LaneEnvironment {
  /** The variables that the server is given. */
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * Starts the server, or waits until the one that runs is ready.
 * @throws Error in words for the user, with the server's last output, when it does not become ready
 */
export type StartServer = (lane: LaneEnvironment) => Promise<DrilledServer>;
