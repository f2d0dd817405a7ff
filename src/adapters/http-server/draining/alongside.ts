import type { DrainPlan } from '../../../domain/lifecycle/drain-plan';

/** What else a drain has to wait for, and looks after itself. It says so itself when its last one has gone. */
export interface Alongside {
  /** How many are left. */
  readonly size: number;
  /** Requests of them that have no answer yet. */
  readonly unanswered: number;
  /** Those that were cut short. */
  readonly forced: number;
  /** The listener is closed: who is told to go does not come back through it. */
  begin?(): void;
  /** Called again and again during the drain; does what is due at `now`. */
  advance(now: number, plan: DrainPlan): void;
}
