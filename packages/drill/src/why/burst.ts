import type { Fault } from './fault';
import { BURST_GAP_MS, BURST_MS, EXIT_NOTICE_MS, MIXED_MS } from './thresholds';

/**
 * When the burst of broken requests began that leads up to `exitAt`. The kernel closes every socket of a process an
 * instant before the parent learns of its death, and the drill reads those ends one after the other.
 *
 * @param lastAnswerAt what ended before an answer was still read was not ended by the exit
 * @param lagMs how late the drill may have read any of it
 */
export function burstBefore(
  exitAt: number,
  broken: readonly Fault[],
  lastAnswerAt: number | null,
  lagMs: number,
): number {
  const earliest = Math.max(exitAt - BURST_MS - lagMs, (lastAnswerAt ?? 0) - MIXED_MS - lagMs);
  const ends = broken
    .flatMap(({ endedAt }) => (endedAt !== null && endedAt <= exitAt ? [endedAt] : []))
    .sort((a, b) => b - a);
  let from = exitAt;
  for (const end of ends) {
    if (end < earliest || from - end > (from === exitAt ? EXIT_NOTICE_MS : BURST_GAP_MS) + lagMs) break;
    from = end;
  }
  return from;
}
