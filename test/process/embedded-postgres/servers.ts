import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { until } from './harness';

/** The processes, keepers included, whose command line names `folder`; not the owners. From proc(5). */
export function serversIn(folder: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      const command = read(`/proc/${pid}/cmdline`);
      return command.includes(folder) && !command.includes('owner.js');
    });
}

/** Waits until no Postgres and no keeper is left in `folder`. */
export function noServersIn(folder: string): Promise<void> {
  return until('Postgres to end', () => serversIn(folder).length === 0);
}

/** The process id of the postmaster on `dataFolder`. */
export function postmasterIn(dataFolder: string): number {
  return Number.parseInt(read(path.join(dataFolder, 'cluster/postmaster.pid')), 10);
}

export function parentOf(pid: number): number {
  return Number(/PPid:\t(\d+)/.exec(read(`/proc/${pid}/status`))?.[1]);
}

/** Empty when the file is not there (any more). */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
