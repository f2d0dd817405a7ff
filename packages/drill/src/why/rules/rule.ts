import type { Beside } from '../beside';
import type { Cause, Words } from '../cause';
import type { Fault } from '../fault';
import type { TrialView } from '../trial-view';

/** A cause of single requests, and how it is told from the others. The first rule of the list that matches holds. */
export interface RequestRule extends Words {
  /** `matches` in words, where no earlier rule matched. */
  readonly when: string;
  matches(fault: Fault, trial: TrialView): boolean;
  /** What else of the trial belongs into the evidence. */
  readonly beside?: readonly Beside[];
}

/** A cause that lies in the trial as a whole. */
export interface TrialRule extends Words {
  /** `find` in words. */
  readonly when: string;
  readonly of: Exclude<Cause['of'], 'requests'>;
  /** Null where it does not hold. */
  find(trial: TrialView): Finding | null;
}

export interface Finding {
  readonly count: number;
  /** The first lines are the ones that are shown. */
  readonly evidence: readonly string[];
}
