import { bool, cleanEnv, str } from 'envalid';
import type { HttpLimits } from '../adapters/http/draining/limits';
import { wantsTraces } from '../adapters/observability/open-telemetry';
import type { LogLevel } from '../adapters/observability/pino-log';
import type { PostgresSettings } from '../adapters/postgres/postgres-database';
import type { GroupCommitSettings } from '../application/group-commit';
import type { IdempotencyExpirySettings } from '../application/idempotency-expiry';
import { type DrainPolicy, drainPolicy } from '../domain/drain-policy';
import { InvalidDrainPolicy } from '../domain/errors';
import { milliseconds, postgresUrl, wholeNumber } from './validators';

/** All that can be set from outside, checked. */
export interface Config {
  readonly port: number;
  /** Undefined: all interfaces, IPv4 and IPv6. */
  readonly host: string | undefined;
  /** `SO_REUSEPORT`: a successor may listen beside us. Not on Node before 22.12, where the start then fails. */
  readonly reusePort: boolean;
  /** Undefined: the metrics are on `port`. */
  readonly metricsPort: number | undefined;
  /** The standard `OTEL_*` variables ask for spans; the SDK reads the rest of them itself. */
  readonly traces: boolean;
  /** Undefined: the embedded Postgres. */
  readonly databaseUrl: string | undefined;
  readonly dataFolder: string;
  readonly postgres: PostgresSettings;
  readonly groupCommit: GroupCommitSettings;
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

/** In milliseconds. Not 0, which would switch the protection off. */
const atMostAnHour = wholeNumber(1, 3_600_000);

const LOG_LEVELS: LogLevel[] = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];

/**
 * Reads the environment. A variable that is empty counts as unset.
 * @throws {InvalidConfig} naming every fault at once.
 */
export function readConfig(environment: NodeJS.ProcessEnv): Config {
  const faults: string[] = [];
  const set = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const env = cleanEnv(
    set,
    {
      PORT: wholeNumber(0, 65_535)({ default: 3000 }),
      HOST: str({ default: undefined }),
      REUSE_PORT: bool({ default: false }),
      METRICS_PORT: wholeNumber(0, 65_535)({ default: undefined }),
      DATABASE_URL: postgresUrl({ default: undefined }),
      DATA_FOLDER: str({ default: 'data' }),
      DATABASE_POOL_SIZE: wholeNumber(1, 1000)({ default: 10 }),
      DATABASE_CONNECT_TIMEOUT_MS: milliseconds({ default: 10_000 }),
      DATABASE_ACQUIRE_TIMEOUT_MS: atMostAnHour({ default: 3_000 }),
      DATABASE_STATEMENT_TIMEOUT_MS: atMostAnHour({ default: 10_000 }),
      COMMIT_BATCH_MAX: wholeNumber(1, 10_000)({ default: 256 }),
      COMMIT_CONCURRENCY: wholeNumber(1, 100)({ default: 2 }),
      COMMIT_QUEUE_MAX: wholeNumber(1, 1_000_000)({ default: 10_000 }),
      IDEMPOTENCY_TTL_HOURS: wholeNumber(24, 24 * 365)({ default: 24 }),
      HEADERS_TIMEOUT_MS: atMostAnHour({ default: 15_000 }),
      REQUEST_TIMEOUT_MS: atMostAnHour({ default: 60_000 }),
      KEEP_ALIVE_TIMEOUT_MS: atMostAnHour({ default: 75_000 }),
      MAX_CONNECTIONS: wholeNumber(0, 1_000_000)({ default: 10_000 }),
      SHUTDOWN_TIMEOUT_MS: milliseconds({ default: 9_000 }),
      SHUTDOWN_DELAY_MS: milliseconds({ default: 0 }),
      SHUTDOWN_LINGER_MS: milliseconds({ default: 500 }),
      LOG_LEVEL: str({ choices: LOG_LEVELS, default: 'info' }),
    },
    {
      reporter: ({ errors }) => {
        for (const [name, error] of Object.entries(errors)) faults.push(`${name}: ${error?.message}`);
      },
    },
  );
  if (faults.length === 0 && env.HEADERS_TIMEOUT_MS > env.REQUEST_TIMEOUT_MS) {
    faults.push(
      'HEADERS_TIMEOUT_MS: must not be more than REQUEST_TIMEOUT_MS, which holds for the head as well',
    );
  }
  if (faults.length === 0 && env.COMMIT_CONCURRENCY > env.DATABASE_POOL_SIZE) {
    faults.push(
      'COMMIT_CONCURRENCY: must not be more than DATABASE_POOL_SIZE: each statement takes a connection',
    );
  }
  const drain = faults.length === 0 ? checkedDrainPolicy(env, faults) : undefined;
  if (drain === undefined) throw new InvalidConfig(faults);
  return {
    port: env.PORT,
    host: env.HOST,
    reusePort: env.REUSE_PORT,
    metricsPort: env.METRICS_PORT,
    traces: wantsTraces(environment),
    databaseUrl: env.DATABASE_URL,
    dataFolder: env.DATA_FOLDER,
    postgres: {
      size: env.DATABASE_POOL_SIZE,
      connectTimeoutMs: env.DATABASE_CONNECT_TIMEOUT_MS,
      acquireTimeoutMs: env.DATABASE_ACQUIRE_TIMEOUT_MS,
      statementTimeoutMs: env.DATABASE_STATEMENT_TIMEOUT_MS,
    },
    groupCommit: {
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

function checkedDrainPolicy(
  env: { SHUTDOWN_TIMEOUT_MS: number; SHUTDOWN_DELAY_MS: number; SHUTDOWN_LINGER_MS: number },
  faults: string[],
): DrainPolicy | undefined {
  try {
    return drainPolicy({
      timeoutMs: env.SHUTDOWN_TIMEOUT_MS,
      delayMs: env.SHUTDOWN_DELAY_MS,
      lingerMs: env.SHUTDOWN_LINGER_MS,
    });
  } catch (error) {
    if (!(error instanceof InvalidDrainPolicy)) throw error;
    faults.push(`SHUTDOWN_TIMEOUT_MS: ${error.message}`);
    return undefined;
  }
}
