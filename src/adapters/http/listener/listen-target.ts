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
