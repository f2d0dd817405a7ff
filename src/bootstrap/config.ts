import { customCleanEnv } from 'envalid';
import type { ProgramEnvironment } from '../adapters/embedded-postgres/binaries';
import type { HttpLimits, ListenTarget } from '../adapters/http-server';
import { type TracesSettings, tracesSettings } from '../adapters/observability/open-telemetry';
import type { LogLevel } from '../adapters/observability/pino-log';
import type { PostgresSettings } from '../adapters/postgres/connection/postgres-pool';
import { inheritedListener } from '../adapters/process/socket-activation';
import { type NotifySettings, notifySettings } from '../adapters/process/systemd-notify';
import type { BatchWriterSettings } from '../application/intake/batch-writer';
import type { IdempotencyExpirySettings } from '../application/intake/idempotency-expiry';
import { InvalidDrainPolicy } from '../domain/lifecycle/errors';
import { type DrainPolicy, drainPolicy } from '../domain/lifecycle/time-budget';
import { EMBEDDED, type StoreChoice, storeChoice } from './store-choice';
import { variables } from './variables';

/** All that can be set from outside, checked. */
export interface Config {
  readonly listen: ListenTarget;
  /** Undefined: the metrics are on `listen`. */
  readonly metricsListen: ListenTarget | undefined;
  /** Undefined: the standard `OTEL_*` variables ask for no spans. */
  readonly traces: TracesSettings | undefined;
  /** Undefined: nobody wants to hear from us. */
  readonly systemd: NotifySettings | undefined;
  readonly store: StoreChoice;
  /** What the programs see that the service starts. */
  readonly programEnvironment: ProgramEnvironment;
  readonly postgres: PostgresSettings;
  readonly intake: BatchWriterSettings;
  readonly httpLimits: Pick<
    HttpLimits,
    'headersTimeoutMs' | 'requestTimeoutMs' | 'keepAliveTimeoutMs' | 'maxConnections'
  >;
  readonly idempotency: IdempotencyExpirySettings;
  readonly drain: DrainPolicy;
  readonly logLevel: LogLevel;
}

/** Every fault of the environment, one a line, as one readable message. */
export class InvalidConfig extends Error {
  constructor(faults: readonly string[]) {
    super(`the configuration is not valid:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`);
    this.name = 'InvalidConfig';
  }
}

/**
 * Reads the environment of the process `pid`. A variable that is empty or blank counts as unset, but for `DATABASE_URL`:
 * empty it is a secret that was not filled in, and everything would go into a database that nobody else sees.
 * @throws {InvalidConfig} naming every fault at once.
 */
export function readConfig(environment: NodeJS.ProcessEnv, pid = process.pid): Config {
  const faults: string[] = [];
  const set = Object.fromEntries(
    Object.entries(environment).filter(([name, value]) => value?.trim() !== '' || name === 'DATABASE_URL'),
  );
  const env = customCleanEnv(
    set,
    variables(set),
    // Not envalid's own, which throws when a value is read that was not valid: there may be further faults.
    (values) => values,
    {
      reporter: ({ errors }) => {
        for (const [name, error] of Object.entries(errors)) faults.push(`${name}: ${error?.message}`);
      },
    },
  );
  // A value that is a fault itself is undefined here, and compares to nothing.
  if (env.HEADERS_TIMEOUT_MS > env.REQUEST_TIMEOUT_MS) {
    faults.push(
      'HEADERS_TIMEOUT_MS: must not be more than REQUEST_TIMEOUT_MS, which holds for the head as well',
    );
  }
  if (env.COMMIT_CONCURRENCY > env.DATABASE_POOL_SIZE) {
    faults.push(
      'COMMIT_CONCURRENCY: must not be more than DATABASE_POOL_SIZE: each statement takes a connection',
    );
  }
  if (set.NODE_ENV === 'production' && set.DATABASE_URL === undefined) {
    faults.push(
      `DATABASE_URL: must be set where NODE_ENV is production: to a URL, or to ${EMBEDDED} for a private Postgres`,
    );
  }
  const inherited = checked(() => inheritedListener(set, pid), faults);
  const systemd = checked(() => notifySettings(set, pid), faults);
  if (!inherited && env.METRICS_PORT === env.PORT && env.PORT > 0) {
    faults.push('METRICS_PORT: must not be that of PORT; without it the metrics are there');
  }
  const drain = checkedDrainPolicy(env, faults);
  if (drain === undefined || faults.length > 0) throw new InvalidConfig(faults);
  const address = { kind: 'address', ...(env.HOST !== undefined && { host: env.HOST }) } as const;
  return {
    listen: inherited ?? {
      ...address,
      port: env.PORT,
      reusePort: env.REUSE_PORT,
      names: { host: 'HOST', port: 'PORT', reusePort: 'REUSE_PORT' },
    },
    metricsListen:
      env.METRICS_PORT === undefined
        ? undefined
        : {
            ...address,
            port: env.METRICS_PORT,
            names: { host: 'HOST', port: 'METRICS_PORT', reusePort: 'REUSE_PORT' },
          },
    traces: tracesSettings(set),
    systemd,
    store: storeChoice(env.DATABASE_URL, env.DATA_FOLDER, set),
    programEnvironment: { PATH: set.PATH, TZ: set.TZ },
    postgres: {
      size: env.DATABASE_POOL_SIZE,
      connectTimeoutMs: env.DATABASE_CONNECT_TIMEOUT_MS,
      acquireTimeoutMs: env.DATABASE_ACQUIRE_TIMEOUT_MS,
      statementTimeoutMs: env.DATABASE_STATEMENT_TIMEOUT_MS,
    },
    intake: {
      batchMax: env.COMMIT_BATCH_MAX,
      concurrency: env.COMMIT_CONCURRENCY,
      queueMax: env.COMMIT_QUEUE_MAX,
      waitMaxMs: env.DATABASE_STATEMENT_TIMEOUT_MS,
    },
    httpLimits: {
      headersTimeoutMs: env.HEADERS_TIMEOUT_MS,
      requestTimeoutMs: env.REQUEST_TIMEOUT_MS,
      keepAliveTimeoutMs: env.KEEP_ALIVE_TIMEOUT_MS,
      maxConnections: env.MAX_CONNECTIONS,
    },
    idempotency: {
      ttlMs: env.IDEMPOTENCY_TTL_HOURS * 3_600_000,
      batchSize: 1_000,
      intervalMs: 600_000,
    },
    drain,
    logLevel: env.LOG_LEVEL,
  };
}

/** What `read` reads; its error is a fault, and names the variable. */
function checked<T>(read: () => T, faults: string[]): T | undefined {
  try {
    return read();
  } catch (error) {
    faults.push((error as Error).message);
    return undefined;
  }
}

/** The times where each of them is one, and they fit. */
function checkedDrainPolicy(
  env: { SHUTDOWN_TIMEOUT_MS?: number; SHUTDOWN_DELAY_MS?: number; SHUTDOWN_LINGER_MS?: number },
  faults: string[],
): DrainPolicy | undefined {
  const { SHUTDOWN_TIMEOUT_MS: timeoutMs, SHUTDOWN_DELAY_MS: delayMs, SHUTDOWN_LINGER_MS: lingerMs } = env;
  if (timeoutMs === undefined || delayMs === undefined || lingerMs === undefined) return undefined;
  try {
    return drainPolicy({ timeoutMs, delayMs, lingerMs });
  } catch (error) {
    if (!(error instanceof InvalidDrainPolicy)) throw error;
    faults.push(`SHUTDOWN_TIMEOUT_MS: ${error.message}`);
    return undefined;
  }
}
