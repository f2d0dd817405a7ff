import { bool, makeValidator, str } from 'envalid';
import type { LogLevel } from '../adapters/observability/pino-log';
import { checkStore } from './store-choice';

/** 24 days: the longest that a Node timer can wait (2^31 - 1 ms). */
const MAX_MS = 2_147_483_647;

/** A whole number from `min` to `max`, in plain decimal digits. */
function wholeNumber(min: number, max: number) {
  return makeValidator<number>((input) => {
    const value = /^\d+$/.test(input) ? Number(input) : Number.NaN;
    if (!(value >= min && value <= max)) {
      throw new Error(`must be a whole number from ${min} to ${max}, not "${input}"`);
    }
    return value;
  });
}

/** A time in milliseconds, of `min` at the least. */
const milliseconds = (min: number) => wholeNumber(min, MAX_MS);

const databaseUrl = (environment: NodeJS.ProcessEnv) =>
  makeValidator<string>((input) => checkStore(input, environment));

/** In milliseconds. With less nothing is ever done in time: a connection with a password takes 10 to 20 on one machine. */
const LEAST_MS = 100;
const atMostAnHour = wholeNumber(LEAST_MS, 3_600_000);

const LOG_LEVELS: LogLevel[] = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];

/** All variables of the configuration: how each is checked, its default, and what it means, for the README too. */
export const variables = (environment: NodeJS.ProcessEnv) => ({
  PORT: wholeNumber(0, 65_535)({ default: 3000, desc: 'where it listens' }),
  HOST: str({ default: undefined, desc: 'the address it listens on' }),
  REUSE_PORT: bool({
    default: false,
    desc: '`true` lets a successor listen on the same port (`SO_REUSEPORT`) before this one stops; Node 22.12 and later',
  }),
  DATABASE_URL: databaseUrl(environment)({
    default: undefined,
    desc:
      '`postgres://user:password@host:5432/database`, [and its other forms](docs/operations.md#database_url); `embedded:` is ' +
      'the embedded Postgres by name; `memory:` keeps everything in memory, and loses it at the exit',
  }),
  DATA_FOLDER: str({ default: 'data', desc: 'where the embedded Postgres keeps its data' }),
  DATABASE_POOL_SIZE: wholeNumber(1, 1000)({ default: 10, desc: 'connections to the database' }),
  DATABASE_CONNECT_TIMEOUT_MS: milliseconds(LEAST_MS)({
    default: 10_000,
    desc: 'how long a start waits for a database that is late',
  }),
  DATABASE_ACQUIRE_TIMEOUT_MS: atMostAnHour({
    default: 3_000,
    desc: 'how long a request waits for a free connection',
  }),
  DATABASE_STATEMENT_TIMEOUT_MS: atMostAnHour({
    default: 10_000,
    desc: 'how long one statement may run, and how long a submission may wait for its turn',
  }),
  COMMIT_BATCH_MAX: wholeNumber(1, 10_000)({ default: 256, desc: 'the most submissions in one statement' }),
  COMMIT_CONCURRENCY: wholeNumber(
    1,
    100,
  )({
    default: 2,
    desc: 'the most statements under way at once; not more than `DATABASE_POOL_SIZE`',
  }),
  COMMIT_QUEUE_MAX: wholeNumber(
    1,
    1_000_000,
  )({
    default: 10_000,
    desc: 'the most submissions that may wait; beyond it, 503',
  }),
  IDEMPOTENCY_TTL_HOURS: wholeNumber(
    24,
    24 * 365,
  )({
    default: 24,
    desc: 'how long an `Idempotency-Key` is kept at the least',
  }),
  MAX_CONNECTIONS: wholeNumber(
    0,
    1_000_000,
  )({
    default: 10_000,
    desc: 'the most open connections; 0: no limit',
  }),
  HEADERS_TIMEOUT_MS: atMostAnHour({ default: 15_000, desc: "how long a request's head may take to arrive" }),
  REQUEST_TIMEOUT_MS: atMostAnHour({ default: 60_000, desc: 'how long a whole request may take to arrive' }),
  KEEP_ALIVE_TIMEOUT_MS: wholeNumber(
    1,
    3_600_000,
  )({
    default: 75_000,
    desc: "how long an idle connection is kept: longer than the balancer's idle timeout",
  }),
  METRICS_PORT: wholeNumber(0, 65_535)({ default: undefined, desc: 'a port of its own for `/metrics`' }),
  SHUTDOWN_TIMEOUT_MS: milliseconds(LEAST_MS)({
    default: 9_000,
    desc: "the whole budget from signal to exit: just inside Docker's 10 s",
  }),
  SHUTDOWN_DELAY_MS: milliseconds(0)({
    default: 0,
    desc: 'keep the listener open this long after the signal, `/health` already 503',
  }),
  SHUTDOWN_LINGER_MS: milliseconds(0)({
    default: 500,
    desc: 'how long an idle established connection may still bring a request',
  }),
  LOG_LEVEL: str({
    choices: LOG_LEVELS,
    default: 'info',
    desc: 'trace, debug, info, warn, error, fatal or silent',
  }),
});

/** What it means that a variable is not set, where that is no value. */
const UNSET: Readonly<Record<string, string>> = {
  HOST: 'all interfaces, IPv4 and IPv6',
  DATABASE_URL: 'none: the embedded Postgres',
  METRICS_PORT: 'none: on `PORT`',
};

/** The table of the README. */
export function describeVariables(): string {
  const rows = Object.entries(variables({})).map(([name, spec]) => {
    const { default: value, desc } = spec as { default?: unknown; desc?: string };
    const shown = value === undefined ? UNSET[name] : String(value);
    if (shown === undefined || desc === undefined) throw new Error(`${name} is not described`);
    return `| \`${name}\` | ${shown} | ${desc} |`;
  });
  return ['| variable | default | meaning |', '| --- | --- | --- |', ...rows].join('\n');
}
