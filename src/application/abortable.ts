/**
 * Settles as `promise` does, or rejects with the signal's reason as soon as it aborts, whichever comes first. The
 * work behind `promise` goes on: its late result is the caller's to dispose of.
 */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

/** Aborts when the last of `signals` has: a statement is cancelled only when nobody wants any of its rows any more. */
export function whenAllAborted(signals: ReadonlySet<AbortSignal>): AbortSignal {
  const all = [...signals];
  const [first] = all;
  if (first !== undefined && all.length === 1) return first;
  const controller = new AbortController();
  const check = () => {
    if (all.every((signal) => signal.aborted)) controller.abort(first?.reason);
  };
  for (const signal of all) signal.addEventListener('abort', check, { once: true });
  check();
  return controller.signal;
}
