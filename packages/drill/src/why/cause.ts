import type { Fate } from '../accounting/fate';

/** How a cause is told. */
export interface Words {
  /** Stable, in kebab-case: for links and for comparing runs. */
  readonly id: string;
  /** One line. */
  readonly title: string;
  /** What happened, in terms of the kernel and of HTTP: one to three sentences. */
  readonly explanation: string;
  /** What to do about it: in any language first, then by name of the servers for which it is known. */
  readonly advice: string;
}

/** Why something went wrong, and how often. */
export interface Cause extends Words {
  /** What `count` counts. Every faulty request is in exactly one cause of `requests`. */
  readonly of: 'requests' | 'trials' | 'effects';
  readonly count: number;
  /** In how many trials it was seen. */
  readonly trials: number;
  /** The fates of its requests, each once. Empty where something else is counted. */
  readonly fates: readonly Fate[];
  /** At most `EVIDENCE_LINES` lines of what was seen, with times relative to the signal. */
  readonly evidence: readonly string[];
}

export const EVIDENCE_LINES = 5;

/** The most frequent first. */
export function byCount(a: Cause, b: Cause): number {
  return b.count - a.count;
}
