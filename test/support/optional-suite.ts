import { accessSync, constants } from 'node:fs';
import path from 'node:path';

/** Debian keeps haproxy, nginx and pgbouncer here, which an ordinary user's PATH leaves out. */
const SYSTEM_FOLDERS = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

/** The absolute path of an executable on PATH or in the system's sbin folders; undefined where there is none. */
export function findTool(tool: string, searchPath = process.env.PATH ?? ''): string | undefined {
  const folders = [...searchPath.split(path.delimiter).filter(path.isAbsolute), ...SYSTEM_FOLDERS];
  return folders.map((folder) => path.join(folder, tool)).find(isExecutable);
}

/**
 * A suite that needs a program which not every machine has. Without the program it is skipped, never silently:
 * the line `SKIPPED SUITE <name>: <reason>` goes to stderr, where .ci/run counts it as a failure.
 */
export function describeWith(tool: string, name: string, suite: () => void): void {
  if (findTool(tool)) {
    describe(name, suite);
    return;
  }
  const reason = `${tool} is not installed`;
  process.stderr.write(`SKIPPED SUITE ${name}: ${reason}\n`);
  describe.skip(`${name} (skipped: ${reason})`, suite);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
