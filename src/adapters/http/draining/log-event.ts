import type { Log } from '../../../application/ports/log';
import { tenths } from '../../../application/tenths';
import type { HttpServerEvent } from './events';

/** Every event has its line: one without does not compile. */
const LINES: Readonly<
  Record<HttpServerEvent['type'], readonly [level: 'debug' | 'info' | 'warn', message: string]>
> = {
  listening: ['info', 'listening'],
  'listener-closed': ['info', 'listener closed'],
  farewell: ['debug', 'idle connections closed'],
  'timed-out': ['info', 'half-received requests answered 408'],
  untaken: ['info', 'answers that were not read given up'],
  cancelled: ['warn', 'requests ran out of time and were cancelled'],
  refused: ['warn', 'requests answered 503 in the place of their handlers'],
  destroyed: ['warn', 'connections destroyed'],
  drained: ['info', 'all connections closed'],
};

/** One line for each event of the server. */
export function logEvent(log: Log, { type, ...fields }: HttpServerEvent): void {
  const [level, message] = LINES[type];
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
