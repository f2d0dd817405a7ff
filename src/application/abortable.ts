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
