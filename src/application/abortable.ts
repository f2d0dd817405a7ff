/**
 * Settles as `promise` does, or rejects with the signal's reason as soon as it aborts, whichever comes first. The
 * work behind `promise` goes on: its late result is the caller's to dispose of.
 */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

/**
 * Runs `work` with a signal that aborts when the last of `signals` has: a statement is cancelled only when nobody wants any
 * of its rows any more. Nothing of it stays on the signals, which may live as long as the service.
 */
export async function whileAnyWants<T>(
  signals: ReadonlySet<AbortSignal>,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const all = [...signals];
  const [first] = all;
  if (first !== undefined && all.length === 1) return work(first);
  const controller = new AbortController();
  const check = () => {
    if (all.every((signal) => signal.aborted)) controller.abort(first?.reason);
  };
  for (const signal of all) signal.addEventListener('abort', check);
  check();
  try {
    return await work(controller.signal);
  } finally {
    for (const signal of all) signal.removeEventListener('abort', check);
  }
}

/** Waits. Rejects with the signal's reason as soon as it aborts, and holds nobody up any more. */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  try {
    await (signal ? abortable(over, signal) : over);
  } finally {
    clearTimeout(timer);
  }
}
