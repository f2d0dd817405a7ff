import type { LifecycleEvent, LifecycleObserver } from '../../application/ports/lifecycle-observer';
import type { Log } from '../../application/ports/log';
import { notifySocket, type SendNotice } from './notify-socket';

/** What is asked for on top of the shutdown timeout: the last log lines, and the exit itself. */
const EXIT_MARGIN_MS = 1_000;

/**
 * Tells systemd what the service is at, by the protocol of sd_notify(3): `READY=1` once it listens, `STOPPING=1` with
 * the time it asks for, a `STATUS` line for `systemctl status` at each step, and `WATCHDOG=1` twice in each interval
 * of `WatchdogSec=`, the drain included. Undefined where nobody wants to be told.
 */
export function systemdNotify(env: NodeJS.ProcessEnv, pid: number, log: Log): LifecycleObserver | undefined {
  const { NOTIFY_SOCKET } = env;
  if (!NOTIFY_SOCKET) return undefined;
  const watchdogMs = watchdogIntervalMs(env, pid);
  let send: SendNotice | undefined;
  let reachable = true;
  const notify = (...lines: string[]) => {
    try {
      send ??= notifySocket(NOTIFY_SOCKET);
      send(lines.join('\n'));
      reachable = true;
    } catch (error) {
      // Once, and not at each beat of the watchdog.
      if (reachable) log.warn('systemd could not be notified', { err: error });
      reachable = false;
    }
  };
  return (event) => {
    const lines = notice(event);
    if (lines.length > 0) notify(...lines);
    if (event.type === 'phase-changed' && event.phase === 'ready' && watchdogMs !== undefined) {
      setInterval(() => notify('WATCHDOG=1'), watchdogMs / 2).unref();
    }
  };
}

function notice(event: LifecycleEvent): readonly string[] {
  switch (event.type) {
    case 'phase-changed':
      return event.phase === 'ready' ? ['READY=1', 'STATUS=ready'] : [];
    case 'shutdown-begun':
      return [
        'STOPPING=1',
        `STATUS=draining (${event.reason}), for ${event.timeoutMs} ms at most`,
        // Counts from this message and only ever adds, so a longer TimeoutStopSec= stays what it is.
        `EXTEND_TIMEOUT_USEC=${(event.timeoutMs + EXIT_MARGIN_MS) * 1_000}`,
      ];
    case 'component-stopped':
      return [`STATUS=draining: ${event.report.name} has stopped (${event.report.outcome})`];
    case 'shutdown-finished':
      return [`STATUS=stopped (${event.report.outcome})`];
    default:
      return [];
  }
}

/** `WATCHDOG_USEC` where it is meant for this process (sd_watchdog_enabled(3)), in milliseconds. */
function watchdogIntervalMs(
  { WATCHDOG_USEC, WATCHDOG_PID }: NodeJS.ProcessEnv,
  pid: number,
): number | undefined {
  if (!WATCHDOG_USEC || !/^[1-9][0-9]*$/.test(WATCHDOG_USEC)) return undefined;
  if (WATCHDOG_PID && Number(WATCHDOG_PID) !== pid) return undefined;
  return Number(WATCHDOG_USEC) / 1_000;
}
