import { closeSync } from 'node:fs';
import { isatty } from 'node:tty';

/** Asked at once: of a terminal that has gone nobody can say any more that it was one. */
const terminals = [0, 1, 2].filter((fd) => isatty(fd));

/**
 * To be called right before the exit. Node sets a terminal's mode back as it exits, and before Node 22 it aborts where that
 * has gone meanwhile (`ResetStdio` in its node.cc): exit code 134 or 139 after a clean drain. A closed descriptor it leaves alone.
 */
export function letGoOfTerminal(): void {
  for (const fd of terminals) {
    try {
      closeSync(fd);
    } catch {
      // Closed already.
    }
  }
}
