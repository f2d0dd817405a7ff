import { readdirSync, readFileSync } from 'node:fs';

/** Linux counts processor time in hundredths of a second (USER_HZ, proc(5)), whatever the kernel's own tick. */
const MS_PER_TICK = 10;

interface Stat {
  readonly pid: number;
  readonly parent: number;
  readonly cpuMs: number;
  readonly reapedChildrenCpuMs: number;
}

/** Processor time of a process so far, in milliseconds. */
export function cpuMs(pid: number): number {
  return stat(pid).cpuMs;
}

/** Processor time of our own children that have ended, with all that had ended below them, in milliseconds. */
export function endedChildrenCpuMs(): number {
  return stat(process.pid).reapedChildrenCpuMs;
}

/** Processor time of a process and of all below it, those that have ended included. */
export function treeCpuMs(root: number): number {
  const reapedBefore = stat(root).reapedChildrenCpuMs;
  const all = processes();
  const total = (process: Stat): number =>
    all
      .filter(({ parent }) => parent === process.pid)
      .reduce((sum, child) => sum + total(child), process.cpuMs + process.reapedChildrenCpuMs);
  const now = stat(root);
  // A child that ended meanwhile would count twice: as itself, and as reaped.
  return now.reapedChildrenCpuMs === reapedBefore ? total(now) : treeCpuMs(root);
}

/** Resident memory of a process, in bytes. */
export function residentBytes(pid: number): number {
  const match = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(match?.[1] ?? Number.NaN) * 1024;
}

/** The parent of a process. */
export function parentOf(pid: number): number {
  return stat(pid).parent;
}

function processes(): Stat[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) => {
    try {
      return stat(Number(pid));
    } catch {
      return []; // It has ended since the folder was listed.
    }
  });
}

/** The command name, which may hold spaces and brackets, is the second field; the rest is counted from behind it. */
function stat(pid: number): Stat {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const ms = (field: number) => (fields[field] ?? 0) * MS_PER_TICK;
  return { pid, parent: fields[1] ?? 0, cpuMs: ms(11) + ms(12), reapedChildrenCpuMs: ms(13) + ms(14) };
}
