import type { Log } from '../../../application/ports/log';
import { tenths } from '../../../application/tenths';
import type { HttpServerEvent } from './events';

/** One line for each event of the server. */
export function logEvent(log: Log, event: HttpServerEvent): void {
  const { type, ...rest } = event;
  const fields = readable(rest);
  switch (type) {
    case 'listening':
      log.info('listening', fields);
      break;
    case 'listener-closed':
      log.info('listener closed', fields);
      break;
    case 'farewell':
      log.debug('idle connections closed', fields);
      break;
    case 'timed-out':
      log.info('half-received requests answered 408', fields);
      break;
    case 'untaken':
      log.info('answers that were not read given up', fields);
      break;
    case 'cancelled':
      log.warn('requests ran out of time and were cancelled', fields);
      break;
    case 'refused':
      log.warn('requests answered 503 in the place of their handlers', fields);
      break;
    case 'destroyed':
      log.warn('connections destroyed', fields);
      break;
    case 'drained':
      log.info('all connections closed', fields);
      break;
  }
}

/** Its times to a tenth of a millisecond, those of a report inside it too. */
function readable(fields: object): Record<string, unknown> {
  const shown = (value: unknown) => {
    if (typeof value === 'number') return tenths(value);
    return typeof value === 'object' && value !== null ? readable(value) : value;
  };
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, shown(value)]));
}
