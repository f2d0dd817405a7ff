import type { LifecycleEvent, LifecycleObserver } from '../../application/lifecycle/lifecycle-observer';
import type { Log } from '../../application/ports/log';
import { notifySocket, type SendNotice } from './notify-socket';

/** What is asked for on top of the shutdown timeout: the last log lines, and the exit itself. */
const EXIT_MARGIN_MS = 1_000;

/** Whom to tell, and how often that we are alive. */
export interface NotifySettings {
  /** The path of a Unix datagram socket, or `@` and an abstract name. */
  readonly socket: string;
  /** Undefined: there is no watchdog. */
  readonly watchdogMs: number | undefined;
}

/** A timer that is to wait longer fires at once (2^31 - 1 ms). */
const MAX_TIMER_MS = 2_147_483_647;

/**
 * What systemd has set for this process: `NOTIFY_SOCKET` of sd_notify(3), `WATCHDOG_USEC` and `WATCHDOG_PID` of
 * sd_watchdog_enabled(3). Undefined where nobody wants to be told.
 *
 * @throws Error that names the variable which is unusable.
 */
export function notifySettings(env: NodeJS.ProcessEnv, pid: number): NotifySettings | undefined {
  const { NOTIFY_SOCKET } = env;
  if (!NOTIFY_SOCKET) return undefined;
  if (!/^[/@]./.test(NOTIFY_SOCKET)) {
    throw new Error(`NOTIFY_SOCKET: must be an absolute path, or @ and a name, not "${NOTIFY_SOCKET}"`);
  }
  return { socket: NOTIFY_SOCKET, watchdogMs: watchdogMs(env, pid) };
}

function watchdogMs({ WATCHDOG_USEC, WATCHDOG_PID }: NodeJS.ProcessEnv, pid: number): number | undefined {
  if (!WATCHDOG_USEC || (WATCHDOG_PID && Number(WATCHDOG_PID) !== pid)) return undefined;
  if (!/^[1-9][0-9]*$/.test(WATCHDOG_USEC)) {
    throw new Error(`WATCHDOG_USEC: must be a number of microseconds, not "${WATCHDOG_USEC}"`);
  }
  return Math.min(Number(WATCHDOG_USEC) / 1_000, MAX_TIMER_MS);
}

/**
 * Tells systemd what the service is at, by the protocol of sd_notify(3): `READY=1` once it listens, `STOPPING=1` with
 * the time it asks for, a `STATUS` line for `systemctl status` at each step, and `WATCHDOG=1` twice in each interval
 * of `WatchdogSec=`, the drain included.
 */
export function systemdNotify({ socket, watchdogMs }: NotifySettings, log: Log): LifecycleObserver {
  let send: SendNotice | undefined;
  let reachable = true;
  const notify = (...lines: string[]) => {
    try {
      send ??= notifySocket(socket);
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
