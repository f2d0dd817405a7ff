/** How a stop went: as it should, with an error, or cut short. */
export type StopOutcome = 'clean' | 'failed' | 'forced';

export interface ComponentReport {
  readonly name: string;
  readonly outcome: StopOutcome;
  readonly tookMs: number;
  /** Units of work that were cut short. */
  readonly forced: number;
  readonly figures: Readonly<Record<string, number>>;
  /** Why, unless the outcome is clean. */
  readonly error?: unknown;
}

/** The account of a whole shutdown, in the order in which the components stopped. */
export interface ShutdownReport {
  readonly reason: string;
  /** The worst of the components' outcomes: forced before failed before clean. */
  readonly outcome: StopOutcome;
  readonly tookMs: number;
  readonly components: readonly ComponentReport[];
}

/** The worst outcome of all; clean when there is none. */
export function worstOutcome(outcomes: readonly StopOutcome[]): StopOutcome {
  if (outcomes.includes('forced')) return 'forced';
  return outcomes.includes('failed') ? 'failed' : 'clean';
}
