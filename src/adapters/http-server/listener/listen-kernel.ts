/** Of a socket; one for both is IPv6. */
export type AddressFamily = 'IPv4' | 'IPv6';

/**
 * What closing a listener without loss needs from the kernel, and Node has no API for.
 * Every method throws an Error that names the call and its errno where the kernel refuses.
 */
export interface ListenKernel {
  /** From now on a new SYN is dropped; handshakes under way still finish. Lasts as long as the socket. */
  dropNewSyns(fd: number, family: AddressFamily): void;
  /** Lets packets of a connection through which was made while its listener dropped SYNs; until then it receives nothing. */
  receiveAgain(connection: number, family: AddressFamily): void;
  /** Accepts what waits, without waiting, and returns the descriptors; not all where descriptors run short. */
  acceptWaiting(fd: number): number[];
  /** Completed connections that nobody has accepted yet. */
  acceptQueueLength(fd: number): number;
  /** Handshakes under way on a local port: SYN received, final ACK not yet. */
  handshakes(port: number, family: AddressFamily): number;
  /**
   * New connections go to the second socket of our `SO_REUSEPORT` group, which is our successor's if we are the older,
   * until the returned function is called.
   */
  preferTwin(fd: number): () => void;
  /** Child processes that we spawn do not get the descriptor. */
  closeOnExec(fd: number): void;
}

/** The kernel, or why it cannot be reached, in words for one log line. */
export type KernelAccess = { readonly kernel: ListenKernel } | { readonly unavailable: string };
