/** The moments of a drain, in milliseconds of `performance.now()`; each is no earlier than the one before it. */
export interface DrainPlan {
  /** Connections that had long been silent get their farewell, if nothing is in flight. */
  readonly earlyFarewellAt: number;
  /** All idle connections get their farewell, if nothing is in flight; upgraded ones whatever is. */
  readonly farewellAt: number;
  /** Half-sent requests get 408; the work of all others is cancelled, and their handlers may answer. */
  readonly cancelAt: number;
  /** Whatever has no head out gets 503, and every connection its FIN. */
  readonly refuseAt: number;
  /** Whatever is still open is destroyed. A little before the deadline, so that the stop itself is in time. */
  readonly destroyAt: number;
}

/** What a connection that was silent for over a second is still given: a round trip for what was on the wire. */
const EARLY_LINGER_MS = 25;
const MAX_CANCEL_GRACE_MS = 500;

/** Plans the drain that begins at `now` and must have ended at `deadlineAt`. */
export function planDrain(now: number, deadlineAt: number, lingerMs: number): DrainPlan {
  const graceMs = Math.min(MAX_CANCEL_GRACE_MS, Math.max(0, deadlineAt - now) * 0.2);
  const cancelAt = deadlineAt - graceMs;
  const farewellAt = Math.min(now + lingerMs, cancelAt);
  return {
    earlyFarewellAt: Math.min(now + EARLY_LINGER_MS, farewellAt),
    farewellAt,
    cancelAt,
    refuseAt: deadlineAt - graceMs * 0.5,
    destroyAt: deadlineAt - graceMs * 0.1,
  };
}
