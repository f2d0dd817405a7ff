/** How a listener was closed, and what it took. */
export interface ListenerCloseReport {
  /**
   * - `syn-filter`: new SYNs were dropped, everything already connected was accepted, nothing was lost;
   * - `accept-until-quiet`: the filter was not to be had (`reason` says why); a connection made in the last instant may be reset;
   * - `inherited`: only our copy of the socket was closed; what waits in its queue is its next owner's.
   */
  readonly method: 'syn-filter' | 'accept-until-quiet' | 'inherited';
  /** Connections accepted between the call and the close. */
  readonly accepted: number;
  /** Milliseconds from attaching the filter to the close: a SYN that falls into them is retried by its client a second later. */
  readonly filterMs?: number;
  readonly tookMs: number;
  /** Why the filter was not used, or why waiting ended before the queue was empty; for one log line. */
  readonly reason?: string;
}
