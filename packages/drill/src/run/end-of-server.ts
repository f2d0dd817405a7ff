/** How a server ended, on the trial's clock. */
export interface EndOfServer {
  /** It was still there at the end of the grace period. */
  readonly killed: boolean;
  /** Null when a signal ended it, or when nobody could tell. */
  readonly code: number | null;
  readonly signal: string | null;
  /** Null when it had to be killed. */
  readonly at: number | null;
}

/** Exit codes, and names of signals of which it may die. */
export type ExpectedExits = readonly (number | string)[];

/** Whether it ended when it was told to, in time, and as expected. Where nobody can tell the code, the end itself is enough. */
export function isGoodEnd(
  { killed, code, signal, at }: EndOfServer,
  signalledAt: number,
  expected: ExpectedExits,
): boolean {
  if (killed || (at !== null && at < signalledAt)) return false;
  if (code !== null) return expected.includes(code);
  return signal === null || expected.includes(signal);
}
