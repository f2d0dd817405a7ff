import { setTimeout as pause } from 'node:timers/promises';
import { TIME_BUDGET } from '../../../domain/lifecycle/time-budget';
import type { AddressFamily, ListenKernel } from './listen-kernel';

/** How long emptying the queue may take. */
export interface EmptyingBounds {
  /**
   * How long handshakes under way are waited for, where there are any. Default 250: a round trip across an ocean,
   * or the first retransmission of a packet that was lost nearby (200 ms, TCP_RTO_MIN).
   */
  readonly handshakeTimeoutMs?: number;
  /** How long accepting may go on where descriptors are short. Default 1000. */
  readonly acceptTimeoutMs?: number;
}

/** The listening socket: its port and family select its handshakes. */
interface ListeningSocket {
  readonly fd: number;
  readonly port: number;
  readonly family: AddressFamily;
}

/** How long to keep accepting where handshakes cannot be counted: a generous round trip within a data centre. */
const BLIND_HANDSHAKE_MS = 20;
/** Between two looks at handshakes under way; each look costs the kernel up to a millisecond. */
const PAUSE_MS = 2;

/** Who gets the accepted connections, and closes the socket. */
interface QueueConsumer {
  /** So many connections were accepted; `adopt` follows. */
  announce(count: number): void;
  adopt(fds: readonly number[]): void;
  /** The queue is empty, or was given up: close now. What was accepted last is adopted after it, as it can wait. */
  close(): void;
}

/**
 * Accepts until nothing that had reached the listener is left in the kernel: no handshake under way, no completed
 * connection. New SYNs should have been shut out before. The last accept and the close are in one turn; where no
 * handshake is under way, so is everything.
 * @returns why it gave up before the queue was empty, where it did.
 */
export async function emptyAcceptQueue(
  kernel: ListenKernel,
  socket: ListeningSocket,
  {
    handshakeTimeoutMs = TIME_BUDGET.handshakesMs,
    acceptTimeoutMs = TIME_BUDGET.acceptQueueMs,
  }: EmptyingBounds,
  consumer: QueueConsumer,
): Promise<string | undefined> {
  const began = performance.now();
  for (;;) {
    // First: a handshake that completes after this look is in the queue by the next line, or is seen in the next
    // round. It also outlasts the microseconds for which another core may still be passing a SYN the old way.
    const left = handshakesOrWhyNot(kernel, socket);
    const accepted = kernel.acceptWaiting(socket.fd);
    consumer.announce(accepted.length);
    const waiting = kernel.acceptQueueLength(socket.fd);
    const tookMs = performance.now() - began;
    const limitMs = typeof left === 'number' ? handshakeTimeoutMs : BLIND_HANDSHAKE_MS;
    const handshakesOver = left === 0 || tookMs >= limitMs;
    if (handshakesOver && (waiting === 0 || tookMs >= acceptTimeoutMs)) {
      consumer.close();
      consumer.adopt(accepted);
      if (waiting > 0) return `${waiting} connections could not be accepted within ${acceptTimeoutMs} ms`;
      if (typeof left === 'string') return `handshakes under way could not be counted: ${left}`;
      return left > 0 ? `${left} handshakes were not completed within ${handshakeTimeoutMs} ms` : undefined;
    }
    consumer.adopt(accepted);
    await pause(PAUSE_MS);
  }
}

function handshakesOrWhyNot(kernel: ListenKernel, { port, family }: ListeningSocket): number | string {
  try {
    return kernel.handshakes(port, family);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
