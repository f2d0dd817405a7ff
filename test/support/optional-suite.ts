import { accessSync, constants } from 'node:fs';
import path from 'node:path';

/** Debian keeps haproxy, nginx and pgbouncer here, which an ordinary user's PATH leaves out. */
const SYSTEM_FOLDERS = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

/** Why something cannot run here; undefined where it can. */
export type Obstacle = string | undefined;

/** The absolute path of an executable on PATH or in the system's sbin folders; undefined where there is none. */
export function findTool(tool: string, searchPath = process.env.PATH ?? ''): string | undefined {
  const folders = [...searchPath.split(path.delimiter).filter(path.isAbsolute), ...SYSTEM_FOLDERS];
  return folders.map((folder) => path.join(folder, tool)).find(isExecutable);
}

export function withoutTool(tool: string): Obstacle {
  return findTool(tool) ? undefined : `${tool} is not installed`;
}

/** A suite that needs a program which not every machine has. */
export function describeWith(tool: string, name: string, suite: () => void): void {
  describeUnless(withoutTool(tool), name, suite);
}

/**
 * A suite that not every machine can run. It is skipped, never silently: `SKIPPED <name>: <reason>` goes to stderr, the
 * reason into the title as well, and .ci/run fails when no run of it passed what this one skipped.
 */
export function describeUnless(obstacle: Obstacle, name: string, suite: () => void): void {
  if (obstacle === undefined) describe(name, suite);
  else describe.skip(skipped(name, obstacle), suite);
}

/** `it` for a single test that not every machine can run; see `describeUnless`. */
export function itUnless(obstacle: Obstacle) {
  return (name: string, test: () => Promise<void>, timeoutMs?: number): void => {
    if (obstacle === undefined) it(name, test, timeoutMs);
    else it.skip(skipped(name, obstacle), test, timeoutMs);
  };
}

function skipped(name: string, obstacle: string): string {
  process.stderr.write(`SKIPPED ${name}: ${obstacle}\n`);
  return `${name} (skipped: ${obstacle})`;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
