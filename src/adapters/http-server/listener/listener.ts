import type { AddressInfo } from 'node:net';

/** What the operator calls the settings, for an error that says which one is wrong. */
export interface ListenNames {
  readonly host: string;
  readonly port: string;
  readonly reusePort: string;
}

/** Where to listen: an address that we bind ourselves, or a listening socket that a parent holds open for us. */
export type ListenTarget =
  | {
      readonly kind: 'address';
      /** 0 lets the kernel choose a free port. */
      readonly port: number;
      /** Undefined: all interfaces, IPv6 and IPv4, or IPv4 alone where the machine has no IPv6. */
      readonly host?: string;
      /** `SO_REUSEPORT`: a second process may listen on the same port. Needs Node >= 22.12 (23.1 on the 23 line). */
      readonly reusePort?: boolean;
      /** Default: as here. */
      readonly names?: ListenNames;
    }
  | { readonly kind: 'inherited'; readonly fd: number };

export const OWN_NAMES: ListenNames = { host: 'host', port: 'port', reusePort: 'reusePort' };

/** An open listener, as `openListener` made it. */
export interface Listener {
  readonly target: ListenTarget;
  /** What the kernel bound; a path where an inherited socket is a Unix one. */
  readonly address: AddressInfo | string;
}

/** How a listener was closed, and what it took. */
export interface ListenerCloseReport {
  /**
   * - `syn-drop`: new SYNs were dropped, and everything that was connected or about to be was accepted; unless `reason`
   *   says otherwise, nothing was lost but what a SYN cookie had let in (SYN queue full), whose handshake nobody knows of;
   * - `accept-until-empty`: SYNs could not be dropped (`reason` says why); the queue was emptied and the socket closed
   *   in the same turn, and a connection made in the microseconds between them is reset;
   * - `accept-until-quiet`: the queue could not be reached (`reason` says why); under a flood, what came in the last
   *   loop turn is reset;
   * - `inherited`: only our copy of the socket was closed; what waits in its queue is its next owner's;
   * - `shared`: another process has the socket too (`reason` says which): what came while it was quiet was accepted, and our
   *   copy closed; what waits in its queue is theirs, and is reset only where nobody is left;
   * - `unlinked`: a Unix socket's path was taken away first, then everything that had connected was accepted.
   */
  readonly method:
    | 'syn-drop'
    | 'accept-until-empty'
    | 'accept-until-quiet'
    | 'inherited'
    | 'shared'
    | 'unlinked';
  /** Connections accepted between the call and the close. */
  readonly accepted: number;
  /** Milliseconds for which SYNs were dropped, until the close: the client of one retries a second later. */
  readonly synDropMs?: number;
  readonly tookMs: number;
  /** Why SYNs were not dropped, or why waiting ended before the queue was empty; for one log line. */
  readonly reason?: string;
}
