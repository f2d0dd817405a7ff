import type { Observation } from '../accounting/observation';

/** The kernel's way to say that nobody has read, or will read, what was sent (RFC 9293, 3.5.2 and 3.6.1). */
export function isReset({ error }: Observation): boolean {
  return error === 'ECONNRESET' || error === 'EPIPE';
}

/** No complete answer came, and it was not the client that ended the waiting: neither on purpose nor by giving up. */
export function wasEndedByServer({ answeredAt, error }: Observation): boolean {
  return answeredAt === null && error !== null && error !== 'client' && !isSilence(error);
}

/** The server had gone, and nobody had ended the connection. */
export function isSilence(error: string | null): boolean {
  return error === 'silence after the exit' || error === 'no handshake before the exit';
}
