import type { ChildProcess } from 'node:child_process';

const running = new Set<ChildProcess>();

/** Remembers a process that was started as the leader of a group, so that nothing of it is left at the drill's end. */
export function remember(child: ChildProcess): void {
  running.add(child);
}

/** Leaves it alone from now on. */
export function forget(child: ChildProcess): void {
  running.delete(child);
}

/** Kills what is left of a process's group; its leader has ended, or ends now. */
export function killGroup(child: ChildProcess): void {
  running.delete(child);
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // Nobody is left.
  }
}

/** For a drill that is interrupted. */
export function killAllGroups(): void {
  for (const child of running) killGroup(child);
}
