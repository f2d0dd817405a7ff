import type { Accounted } from '../accounting/account';
import { FATE_LOOKS } from './fate-look';

/** A request in one line; its times are since `zero`, the signal. */
export function inWords({ seen, fate, effects, reason }: Accounted, zero: number): string {
  const at = (time: number | null) => (time === null ? 'never' : `${(time - zero).toFixed(1)} ms`);
  const what = seen.kind === 'probe' ? 'a probe' : seen.id;
  // The acknowledgement of a message has no status.
  const answer = seen.status === null ? 'acknowledged' : `answer ${seen.status}`;
  const end = seen.answeredAt === null ? `no answer (${seen.error ?? 'open'})` : answer;
  const parts = [
    `${FATE_LOOKS[fate].label}: ${what}`,
    `connection ${seen.connection ?? '?'}, open since ${at(seen.connectedAt)}`,
    `first byte ${at(seen.firstByteAt)}, last ${at(seen.allBytesAt)}, ${seen.bytesWritten} bytes`,
    `${end} at ${at(seen.endedAt)}${seen.closing ? ', Connection: close' : ''}`,
  ];
  if (reason !== undefined) parts.push(reason);
  if (effects !== null) parts.push(`${effects} effect${effects === 1 ? '' : 's'}`);
  return parts.join(' · ');
}
