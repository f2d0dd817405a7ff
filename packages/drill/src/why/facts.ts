import type { Fate } from '../accounting/fate';
import type { ListenerTraces } from '../accounting/first-refusal';
import type { Observation } from '../accounting/observation';

/** One request, and what became of it. */
export interface RequestFacts {
  readonly seen: Observation;
  /** One of the account's fates. Only those in `FAULTS` are looked into. */
  readonly fate: Fate;
  /** How many effects carry its id; null when nobody looked. */
  readonly effects: number | null;
  /** Why a complete answer was not the right one, where the account says so. */
  readonly reason?: string | undefined;
}

/** Everything about one trial that a cause can be read from. All times are milliseconds on one clock. */
export interface TrialFacts extends ListenerTraces {
  readonly requests: readonly RequestFacts[];
  /** How late the drill itself was at the most, in what it read since the signal; by default on time. */
  readonly lagMs?: number;
  /** Whether the server speaks TLS: then no established connection can still wait in the accept queue. */
  readonly secure?: boolean | undefined;
  /** When the server's last database session was seen to have gone. Null if that was not watched, or not seen. */
  readonly poolEndedAt: number | null;
  readonly exitAt: number | null;
  readonly exitCode: number | null;
  /** The signal that ended the process, such as `SIGTERM`. */
  readonly exitSignal: string | null;
  /** Whether it was still there at the end of the grace period, and was killed, or given up where the drill may not kill it. */
  readonly killed: boolean;
  /** From the signal to SIGKILL. */
  readonly graceMs: number;
  /** Exit codes and signals that are right for this server: `[0]`, or `[143, 'SIGTERM']`. */
  readonly expectedExits: readonly (number | string)[];
  /** The ids of effects that no request explains: one that nobody sent, or each effect of a request beyond its first. */
  readonly unexplained: readonly string[];
  /** The server's output, in the order in which it was read. */
  readonly log: readonly { readonly at: number; readonly text: string }[];
}
