import type { ConnectionTarget, DatabaseHost, SessionAttrs } from './connection-url';

/**
 * The servers of a `DATABASE_URL`, and which of them is asked first: the one that served last. One that may be reached in
 * two ways, with TLS and without, stands there twice.
 */
export class Servers {
  readonly attrs: SessionAttrs;
  readonly #ways: readonly DatabaseHost[];
  #first = 0;

  constructor({ hosts, sessionAttrs }: Pick<ConnectionTarget, 'hosts' | 'sessionAttrs'>) {
    this.attrs = sessionAttrs;
    this.#ways = hosts;
  }

  get count(): number {
    return this.#ways.length;
  }

  /** Where the next session goes. */
  get first(): DatabaseHost {
    return this.#ways[this.#first] as DatabaseHost;
  }

  /** `server` did not serve: the next session goes to the one after it, unless another is first by now. */
  pass(server: DatabaseHost): void {
    if (server === this.first) this.#first = (this.#first + 1) % this.count;
  }
}

/** As people write it. */
export function nameOf({ host, port }: DatabaseHost): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Whether it is the same server, by whatever way. */
export function isSame(one: DatabaseHost, other: DatabaseHost): boolean {
  return one.host === other.host && one.port === other.port;
}
