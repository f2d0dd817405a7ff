import type { ConnectionSpan } from '../client/recorder';

/** What was seen of the listener, by clients and by knocking. */
export interface ListenerTraces {
  readonly connections: readonly ConnectionSpan[];
  readonly signalledAt: number;
  /** The first knock that was refused; null if none was, or nobody knocked. */
  readonly listenerClosedAt: number | null;
}

/** When the listener closed, as seen from outside: the first handshake begun after the signal that was refused outright. */
export function firstRefusal({ connections, signalledAt, listenerClosedAt }: ListenerTraces): number | null {
  return connections
    .filter((span) => span.end === 'ECONNREFUSED' && span.openedAt > signalledAt)
    .map((span) => span.openedAt)
    .reduce<number | null>((first, at) => (first === null ? at : Math.min(first, at)), listenerClosedAt);
}
