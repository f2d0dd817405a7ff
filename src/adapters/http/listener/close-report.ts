/** How a listener was closed, and what it took. */
export interface ListenerCloseReport {
  /**
   * - `syn-drop`: new SYNs were dropped, and everything that was connected or about to be was accepted; unless `reason`
   *   says otherwise, nothing was lost but what a SYN cookie had let in (SYN queue full), whose handshake nobody knows of;
   * - `accept-until-empty`: SYNs could not be dropped (`reason` says why); the queue was emptied and the socket closed
   *   in the same turn, and a connection made in the microseconds between them is reset;
   * - `accept-until-quiet`: the queue could not be reached (`reason` says why); under a flood, what came in the last
   *   loop turn is reset;
   * - `inherited`: only our copy of the socket was closed; what waits in its queue is its next owner's.
   */
  readonly method: 'syn-drop' | 'accept-until-empty' | 'accept-until-quiet' | 'inherited';
  /** Connections accepted between the call and the close. */
  readonly accepted: number;
  /** Milliseconds for which SYNs were dropped, until the close: the client of one retries a second later. */
  readonly synDropMs?: number;
  readonly tookMs: number;
  /** Why SYNs were not dropped, or why waiting ended before the queue was empty; for one log line. */
  readonly reason?: string;
}
