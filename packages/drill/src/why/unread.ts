import { isReset } from './ends';
import type { Fault } from './fault';
import { LISTENER_MS, MIXED_MS, QUEUED_MS, SILENT_MS, UNREAD_FIN_MS } from './thresholds';

/**
 * The server had not read the request when it ended the connection, as far as the kernel lets see. A close with unread
 * bytes resets a connection, and so does a byte that comes after it; a FIN comes only where all was read (RFC 9293,
 * 3.6.1), or was on its way already when the client wrote.
 */
export function wasUnread(fault: Fault, listenerClosedAt: number | null, lagMs: number): boolean {
  const { seen, effects } = fault.request;
  const { endedAt } = fault;
  if ((effects ?? 0) > 0 || endedAt === null || seen.allBytesAt === null) return false;
  if (isReset(seen)) return endedAt - seen.allBytesAt <= QUEUED_MS;
  if (spokeAtOnce(fault)) return false;
  if (endedAt - seen.allBytesAt <= UNREAD_FIN_MS + lagMs) return true;
  // Servers end idle connections together with their listener, whose close may have been seen sooner than the FIN.
  const sentAt = listenerClosedAt ?? endedAt;
  return sentAt <= endedAt && endedAt - sentAt <= LISTENER_MS && sentAt - seen.allBytesAt <= MIXED_MS;
}

/** Nobody ends a new connection as idle before its first request is there: such a FIN was not on its way already. */
function spokeAtOnce({ isSilent, span, request: { seen } }: Fault): boolean {
  const connectedAt = span?.connectedAt ?? null;
  if (!isSilent || connectedAt === null || seen.firstByteAt === null) return false;
  return seen.firstByteAt - connectedAt <= SILENT_MS;
}
