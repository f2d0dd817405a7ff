import { readFileSync } from 'node:fs';
import path from 'node:path';

/** A terminal's Ctrl-C under npm, and npm's own forwarding, deliver one request to stop twice within milliseconds. */
const SAME_REQUEST_WITHIN_MS = 1_000;

/**
 * What a platform (SIGTERM; SIGQUIT by an image's STOPSIGNAL) or a terminal (Ctrl-C, Ctrl-\, its end; on Windows also
 * Ctrl-Break) sends to stop a process. Not SIGUSR2, which nodemon sends: for node it may ask for a report or a heap snapshot.
 */
const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGBREAK'] as const;
type TerminationSignal = (typeof SIGNALS)[number];

/** In the mask of signals that proc(5) shows. */
const SIGHUP_BIT = 1n;

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
 * Calls `onStop` at the first of the signals. A repeat within a second is the same request; a later one calls `onForce`:
 * somebody has lost patience. The end of a terminal (SIGHUP) is no impatience, and forces nothing.
 *
 * @param ignored those that the service was started to ignore
 */
export function onTerminationSignals(
  handlers: {
    onStop: (signal: TerminationSignal) => void;
    onForce: (signal: TerminationSignal) => void;
  },
  ignored: readonly TerminationSignal[] = [],
): void {
  let firstAt: number | undefined;
  const handle = (signal: TerminationSignal) => {
    if (firstAt === undefined) {
      firstAt = performance.now();
      handlers.onStop(signal);
    } else if (signal !== 'SIGHUP' && performance.now() - firstAt > SAME_REQUEST_WITHIN_MS) {
      handlers.onForce(signal);
    }
  };
  for (const signal of SIGNALS) process.on(signal, ignored.includes(signal) ? () => {} : handle);
}

/**
 * Whether the service was started to outlive its terminal. Node resets all signals before a line of JavaScript runs
 * (`PlatformInit` in its node.cc), so that `nohup` shows only in what it has left: the shell's name for the command (`_`), or
 * a parent that ignores SIGHUP itself.
 *
 * @param parentStatus the text of `/proc/<parent>/status`; empty where there is none
 */
export function startedByNohup(
  environment: NodeJS.ProcessEnv,
  parentStatus = statusOf(process.ppid),
): boolean {
  const mask = /^SigIgn:\s*([0-9a-f]+)$/m.exec(parentStatus)?.[1] ?? '0';
  return path.basename(environment._ ?? '') === 'nohup' || (BigInt(`0x${mask}`) & SIGHUP_BIT) !== 0n;
}

function statusOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return '';
  }
}
