import type { HttpServerEvent, HttpServerObserver } from '../adapters/http-server';
import type { DrainMetrics } from '../adapters/observability/metrics/drain-metrics';
import type { Log } from '../application/ports/log';
import { tenths } from '../application/ports/log';

/** Every event has its line: one without does not compile. */
const LINES: Readonly<
  Record<HttpServerEvent['type'], readonly [level: 'debug' | 'info' | 'warn' | 'error', message: string]>
> = {
  listening: ['info', 'listening'],
  'listener-closed': ['info', 'listener closed'],
  'idle-closed': ['debug', 'idle connections closed'],
  'streams-ended': ['info', 'event streams ended'],
  'timed-out': ['info', 'half-received requests answered 408'],
  unread: ['info', 'answers that were not read given up'],
  cancelled: ['warn', 'requests ran out of time and were cancelled'],
  refused: ['warn', 'requests answered 503 in the place of their handlers'],
  destroyed: ['warn', 'connections destroyed'],
  drained: ['info', 'all connections closed'],
  'callback-failed': ['error', 'one who was told of the drain failed'],
};

/** Makes a log line of each event of the server, and of the drain's steps the figures of how long they take. */
export function observeHttpServer(log: Log, drain: DrainMetrics): HttpServerObserver {
  return (event) => {
    logEvent(log, event);
    if (event.type === 'listener-closed') drain.listenerClosed(event.atMs);
    if (event.type === 'drained') drain.drained();
  };
}

function logEvent(log: Log, event: HttpServerEvent): void {
  const [level, message] = LINES[event.type];
  if (event.type === 'callback-failed') {
    log[level](message, { err: event.error });
    return;
  }
  const { type, ...fields } = event;
  log[level](message, readable(fields));
}

/** Its times to a tenth of a millisecond, those of a report inside it too. */
function readable(fields: object): Record<string, unknown> {
  const shown = (value: unknown) => {
    if (typeof value === 'number') return tenths(value);
    return typeof value === 'object' && value !== null ? readable(value) : value;
  };
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, shown(value)]));
}

/** Of the server of the metrics only what somebody might look for: where it is, and what went wrong. */
export function observeMetricsServer(log: Log): HttpServerObserver {
  return (event) => {
    if (event.type === 'listening') log.info('metrics listening', { address: event.address });
    if (event.type === 'callback-failed') logEvent(log, event);
  };
}
