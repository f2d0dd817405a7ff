import type { PoolConfig } from 'pg';

/** What the operator may set of the pool; times in milliseconds. */
export interface PoolSettings {
  readonly size: number;
  /** How long a request may wait for a connection, free or new. */
  readonly acquireTimeoutMs: number;
  /** How long one statement may run. */
  readonly statementTimeoutMs: number;
}

/** How much longer than the server's own timeout we wait for a server that has gone silent. */
const SILENCE_MARGIN_MS = 1_000;

/** The pool's options, every one of them on purpose. */
export function poolOptions(connectionString: string, settings: PoolSettings): PoolConfig {
  return {
    connectionString,
    application_name: 'lastcall',
    max: settings.size,
    // One connection stays warm, so that the first request after a quiet night does not pay for a handshake.
    min: 1,
    idleTimeoutMillis: 30_000,
    connectionTimeoutMillis: settings.acquireTimeoutMs,
    statement_timeout: settings.statementTimeoutMs,
    query_timeout: settings.statementTimeoutMs + SILENCE_MARGIN_MS,
    // Finds a peer that vanished without a FIN while the connection is idle.
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  };
}
