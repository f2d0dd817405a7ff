import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * Single-row inserts a second that the database takes from `connections` sessions of Postgres' own load generator, which
 * does nothing else: the ceiling of one INSERT a request. Undefined where pgbench is not installed.
 */
export async function pgbench(
  databaseUrl: string,
  connections: number,
  seconds: number,
): Promise<number | undefined> {
  const script = path.join(__dirname, 'insert.pgbench');
  const args = [
    '-n',
    '-M',
    'prepared',
    '-c',
    `${connections}`,
    '-T',
    `${seconds}`,
    '-f',
    script,
    databaseUrl,
  ];
  try {
    const { stdout } = await run('pgbench', args);
    return Number(/tps = ([\d.]+)/.exec(stdout)?.[1]);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
