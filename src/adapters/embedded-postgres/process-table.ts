import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The parent's process id, or undefined when there is no process `pid`. */
export async function parentOf(pid: number): Promise<number | undefined> {
  const stat = await statOf(pid);
  if (stat !== undefined) return Number(stat.parent);
  return Number(await ps(pid, 'ppid')) || undefined;
}

/** The command line, arguments separated by one space; empty when there is no process `pid`. */
export async function commandLine(pid: number): Promise<string> {
  // World-readable, unlike /proc/PID/cwd, which a container's root may not read without CAP_SYS_PTRACE.
  const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => undefined);
  return line === undefined ? await ps(pid, 'command') : line.replaceAll('\0', ' ');
}

/** Whether process `pid` still runs. One which has ended but was never reaped does not. */
export async function isRunning(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  return (await statOf(pid))?.state !== 'Z';
}

/** proc(5): `pid (name) state ppid ...`; the name may itself hold spaces and parentheses. */
async function statOf(pid: number): Promise<{ state: string; parent: string } | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const [state, parent] = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return state && parent ? { state, parent } : undefined;
}

/** For systems without /proc (macOS). */
async function ps(pid: number, column: string): Promise<string> {
  if (process.platform === 'linux') return '';
  const result = await run('ps', ['-ww', '-o', `${column}=`, '-p', String(pid)]).catch(() => ({
    stdout: '',
  }));
  return result.stdout.trim();
}
