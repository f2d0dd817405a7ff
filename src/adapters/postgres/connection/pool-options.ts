import type { ClientConfig, PoolConfig } from 'pg';

/** What the operator may set of the pool; times in milliseconds. */
export interface PoolSettings {
  readonly size: number;
  /** How long a request may wait for a connection, free or new. */
  readonly acquireTimeoutMs: number;
  /** How long one statement may run. */
  readonly statementTimeoutMs: number;
}

/** The pool's options, every one of them on purpose; `client` says as whom. */
export function poolOptions(client: ClientConfig, settings: PoolSettings): PoolConfig {
  return {
    ...client,
    max: settings.size,
    // One connection stays warm, so that the first request after a quiet night does not pay for a handshake.
    min: 1,
    idleTimeoutMillis: 30_000,
    connectionTimeoutMillis: settings.acquireTimeoutMs,
    // Finds a peer that vanished without a FIN while the connection is idle.
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  };
}
