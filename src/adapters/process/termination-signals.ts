/** A terminal's Ctrl-C under npm, and npm's own forwarding, deliver one request to stop twice within milliseconds. */
const SAME_REQUEST_WITHIN_MS = 1_000;

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;
type TerminationSignal = (typeof SIGNALS)[number];

/**
 * From here on a signal waits for {@link onTerminationSignals}, as long as that is called in the same turn of the event
 * loop. Without a handler the kernel ends the process, or, where it is process 1 of a container, drops the signal: the
 * service would start, and be killed at the end of the grace period.
 */
export function holdTerminationSignals(): void {
  // Node calls the listeners that there are when the loop turns; libuv keeps the signal until then.
  for (const signal of SIGNALS) process.on(signal, () => {});
}

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
