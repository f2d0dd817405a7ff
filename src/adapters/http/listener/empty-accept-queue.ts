import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import type { ListenKernel } from './listen-kernel';

/** How long emptying the queue may take. */
export interface EmptyingBounds {
  /**
   * How long handshakes under way are waited for, where there are any. Default 250: a round trip across an ocean,
   * or the first retransmission of a packet that was lost nearby (200 ms, TCP_RTO_MIN).
   */
  readonly handshakeTimeoutMs?: number;
  /** How long accepting may go on, however slow the handlers are. Default 2000. */
  readonly acceptTimeoutMs?: number;
}

/** How long to keep accepting where handshakes cannot be counted: a generous round trip within a data centre. */
const BLIND_HANDSHAKE_MS = 20;
/** Between two looks at handshakes under way; each look costs the kernel up to a millisecond. */
const HANDSHAKE_PAUSE_MS = 2;

/**
 * Returns once nothing that had reached the listener is left in the kernel: no handshake under way, no completed
 * connection unaccepted. New SYNs must have been shut out before. The caller closes in the same turn.
 * @returns why it gave up before that, where it did.
 */
export async function emptyAcceptQueue(
  kernel: ListenKernel,
  socket: { readonly fd: number; readonly port: number; readonly family: 'IPv4' | 'IPv6' },
  { handshakeTimeoutMs = 250, acceptTimeoutMs = 2_000 }: EmptyingBounds,
): Promise<string | undefined> {
  const began = performance.now();
  let handshakesOver = false;
  let reason: string | undefined;
  for (;;) {
    // One turn at least: a SYN that another core was handling when the filter came is in the queue after it.
    await nextTurn();
    const tookMs = performance.now() - began;
    const waiting = kernel.acceptQueueLength(socket.fd);
    if (waiting > 0) {
      if (tookMs < acceptTimeoutMs) continue;
      return `${waiting} connections were still waiting after ${acceptTimeoutMs} ms`;
    }
    if (handshakesOver) return reason;
    const left = countOrWhyNot(kernel, socket);
    const limitMs = typeof left === 'number' ? handshakeTimeoutMs : BLIND_HANDSHAKE_MS;
    if (left !== 0 && tookMs < limitMs) {
      await pause(HANDSHAKE_PAUSE_MS);
      continue;
    }
    if (typeof left === 'string') reason = `handshakes under way could not be counted: ${left}`;
    else if (left > 0) reason = `${left} handshakes were not completed within ${handshakeTimeoutMs} ms`;
    // The last of them may have completed between the two looks; from here on only the queue counts.
    handshakesOver = true;
    if (kernel.acceptQueueLength(socket.fd) === 0) return reason;
  }
}

function countOrWhyNot(
  kernel: ListenKernel,
  socket: { readonly port: number; readonly family: 'IPv4' | 'IPv6' },
): number | string {
  try {
    return kernel.handshakes(socket.port, socket.family);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
