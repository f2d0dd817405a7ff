import { setTimeout as sleep } from 'node:timers/promises';

/** The value, or null when it takes longer than `ms`. */
export async function within<Value>(ms: number, value: Promise<Value>): Promise<Value | null> {
  const timer = new AbortController();
  const late = sleep(ms, null, { signal: timer.signal }).catch(() => null);
  try {
    return await Promise.race([value, late]);
  } finally {
    timer.abort();
  }
}
