import { TIME_BUDGET } from './time-budget';

/** The moments of a drain, in milliseconds of `performance.now()`; each is no earlier than the one before it. */
export interface DrainPlan {
  /** All idle connections are closed, if nothing is in flight; upgraded ones whatever is. */
  readonly closeIdleAt: number;
  /** Half-sent requests get 408; the work of all others is cancelled, and their handlers may answer. */
  readonly cancelAt: number;
  /** Whatever has no head out gets 503, and idle connections are closed, whatever else is in flight. */
  readonly refuseAt: number;
  /** Whatever is still open is destroyed. A little before the deadline, so that the stop itself is in time. */
  readonly destroyAt: number;
}

/** Plans the drain that begins at `now` and must have ended at `deadlineAt`. */
export function planDrain(now: number, deadlineAt: number, lingerMs: number): DrainPlan {
  const { cancelGraceMaxMs, cancelGraceShare } = TIME_BUDGET;
  const graceMs = Math.min(cancelGraceMaxMs, Math.max(0, deadlineAt - now) * cancelGraceShare);
  const cancelAt = deadlineAt - graceMs;
  return {
    closeIdleAt: Math.min(now + lingerMs, cancelAt),
    cancelAt,
    refuseAt: deadlineAt - graceMs * 0.5,
    destroyAt: deadlineAt - graceMs * 0.1,
  };
}
