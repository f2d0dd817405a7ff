import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

export interface LoadOptions {
  readonly port: number;
  readonly connections: number;
  readonly seconds: number;
}

/** What the load generator saw; latencies in milliseconds. */
export interface LoadResult {
  readonly requests: number;
  readonly requestsPerSecond: number;
  readonly latencyMs: { readonly p50: number; readonly p90: number; readonly p99: number };
  /** Answers other than 2xx, and connections that failed or timed out. */
  readonly failed: number;
}

const run = promisify(execFile);
const WRK = (process.env.PATH ?? '')
  .split(':')
  .map((folder) => path.join(folder, 'wrk'))
  .find(existsSync);

/** wrk where it is installed, because it leaves most of the machine to the server; else autocannon. */
export const LOAD_GENERATOR = WRK ? 'wrk' : 'autocannon';

/** Posts jobs over kept-alive connections, each with one request outstanding. */
export function generateLoad(options: LoadOptions): Promise<LoadResult> {
  return WRK ? wrk(WRK, options) : autocannon(options);
}

async function wrk(binary: string, { port, connections, seconds }: LoadOptions): Promise<LoadResult> {
  const script = path.join(__dirname, 'post.lua');
  const args = ['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '10s', '--latency', '-s', script];
  const { stdout } = await run(binary, [...args, `http://127.0.0.1:${port}/work`]);
  const number = (pattern: RegExp) => Number(pattern.exec(stdout)?.[1] ?? 0);
  const percentile = (percent: number) =>
    milliseconds(new RegExp(`${percent}%\\s+([\\d.]+)(us|ms|s|m)`).exec(stdout));
  const socketErrors = /connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(stdout)?.slice(1) ?? [];
  return {
    requests: number(/(\d+) requests in/),
    requestsPerSecond: number(/Requests\/sec:\s+([\d.]+)/),
    latencyMs: { p50: percentile(50), p90: percentile(90), p99: percentile(99) },
    failed:
      number(/Non-2xx or 3xx responses: (\d+)/) + socketErrors.reduce((sum, count) => sum + Number(count), 0),
  };
}

function milliseconds(match: RegExpExecArray | null): number {
  const factors: Record<string, number> = { us: 0.001, ms: 1, s: 1000, m: 60_000 };
  return Number(match?.[1] ?? Number.NaN) * (factors[match?.[2] ?? ''] ?? Number.NaN);
}

async function autocannon({ port, connections, seconds }: LoadOptions): Promise<LoadResult> {
  const args = [
    '-c',
    connections,
    '-d',
    seconds,
    '-m',
    'POST',
    '-H',
    'content-type=application/json',
    '--json',
    '--no-progress',
  ];
  const { stdout } = await run(
    process.execPath,
    [
      require.resolve('autocannon'),
      ...args.map(String),
      '-b',
      '{"name":"job-123"}',
      `http://127.0.0.1:${port}/work`,
    ],
    { maxBuffer: 16 * 1024 * 1024 },
  );
  const report = JSON.parse(stdout);
  return {
    requests: report.requests.total,
    requestsPerSecond: report.requests.average,
    latencyMs: { p50: report.latency.p50, p90: report.latency.p90, p99: report.latency.p99 },
    failed: report.non2xx + report.errors + report.timeouts,
  };
}
