/** A terminal's Ctrl-C under npm, and npm's own forwarding, deliver one request to stop twice within milliseconds. */
const SAME_REQUEST_WITHIN_MS = 1_000;

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;
type TerminationSignal = (typeof SIGNALS)[number];

/**
 * Calls `onStop` at the first SIGTERM or SIGINT. A repeat within a second is the same request; a later one calls
 * `onForce`: somebody has lost patience.
 */
export function onTerminationSignals(handlers: {
  onStop: (signal: TerminationSignal) => void;
  onForce: (signal: TerminationSignal) => void;
}): void {
  let firstAt: number | undefined;
  const handle = (signal: TerminationSignal) => {
    if (firstAt === undefined) {
      firstAt = performance.now();
      handlers.onStop(signal);
    } else if (performance.now() - firstAt > SAME_REQUEST_WITHIN_MS) {
      handlers.onForce(signal);
    }
  };
  for (const signal of SIGNALS) process.on(signal, handle);
}
