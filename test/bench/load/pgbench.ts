import { execFile, execFileSync } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import type { LoadResult } from './load-result';

const run = promisify(execFile);
const SCRIPT = path.join(__dirname, 'insert.pgbench');

export function hasPgbench(): boolean {
  try {
    execFileSync('pgbench', ['--version']);
    return true;
  } catch {
    return false;
  }
}

/** It opens its sessions one by one, within the time that it is given. */
const OPENING_SECONDS = 1;

/** Single-row inserts from `sessions` sessions of Postgres' own load generator. */
export async function pgbench(databaseUrl: string, sessions: number, seconds: number): Promise<LoadResult> {
  const duration = Math.ceil(seconds) + OPENING_SECONDS;
  const args = ['-n', '-M', 'prepared', '-c', sessions, '-T', duration, '-f', SCRIPT, databaseUrl];
  const { stdout } = await run('pgbench', args.map(String));
  const number = (pattern: RegExp) => Number(pattern.exec(stdout)?.[1] ?? Number.NaN);
  // tps is without the time of opening.
  return {
    requests: number(/transactions actually processed: (\d+)/),
    requestsPerSecond: number(/tps = ([\d.]+)/),
    // It prints an average, which says nothing beside the others' quantiles.
    latencyMs: { p50: Number.NaN, p90: Number.NaN, p99: Number.NaN },
    failed: number(/number of failed transactions: (\d+)/),
    generatorCpu: Number.NaN,
  };
}
