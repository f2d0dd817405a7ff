import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { forget, killGroup, remember } from './child-processes';
import { within } from './within';

export interface Ended {
  readonly code: number | null;
  readonly output: string;
}

/** For commands that should take a moment: to stop a server, to list effects. */
export const COMMAND_BOUND_MS = 60_000;

/** The exit codes of a shell that cannot run a program: about what was asked they say nothing. */
const NOT_RUN = [126, 127];

export interface CommandOptions {
  /** Whether it may end with any code, but for those that say that it could not be run. */
  readonly anyCode?: boolean;
  /** Ends it, which is no error. */
  readonly signal?: AbortSignal;
  /** How long it may take; left out: as long as it likes. */
  readonly boundMs?: number;
  /** Whether it prints nothing that is wanted, and may print for ever. */
  readonly isServer?: boolean;
}

/** How long the rest of the output may take when the command has ended. */
const OUTPUT_BOUND_MS = 1000;
const OUTPUT_LIMIT = 512 * 1024 * 1024;

/**
 * Runs one of the user's shell lines to its end, and returns what it prints. Its error output goes into the error.
 *
 * @param purpose for the message, such as `for the effects`
 * @throws Error when it ends with another code than 0, unless `anyCode` is set, and when it does not end in time
 */
export async function runCommand(
  line: string,
  environment: Readonly<Record<string, string>>,
  purpose: string,
  { anyCode = false, signal, boundMs, isServer = false }: CommandOptions = {},
): Promise<Ended> {
  // A group of its own, so that an interrupted drill can end all of it.
  const child = spawn('/bin/sh', ['-c', line], {
    detached: true,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  remember(child);
  const kill = () => killGroup(child);
  signal?.addEventListener('abort', kill);
  const bound = boundMs === undefined ? null : AbortSignal.timeout(boundMs);
  bound?.addEventListener('abort', kill);
  const parts: Buffer[] = [];
  let size = 0;
  let complaints = '';
  child.stdout.on('data', (bytes: Buffer) => {
    if (isServer) return;
    size += bytes.length;
    if (size > OUTPUT_LIMIT) child.kill('SIGKILL');
    else parts.push(bytes);
  });
  child.stderr.on('data', (bytes: Buffer) => {
    complaints = (complaints + bytes.toString()).slice(-2000);
  });
  const closed = once(child, 'close').catch(() => null);
  const [code] = (await once(child, 'exit')) as [number | null];
  signal?.removeEventListener('abort', kill);
  bound?.removeEventListener('abort', kill);
  const isLate = bound?.aborted === true;
  // What it has started on purpose, a server say, stays, and may hold its output open for ever.
  forget(child);
  await within(OUTPUT_BOUND_MS, closed);
  const isRight = code === 0 || (anyCode && !NOT_RUN.includes(code ?? 0));
  if (isLate || !isRight) {
    const how = isLate
      ? `has not ended within ${(boundMs ?? 0) / 1000} s`
      : `ended with ${code ?? 'a signal'}`;
    throw new Error(`the command ${purpose} ${how}: ${line}\n${complaints.trim()}`.trimEnd());
  }
  return { code, output: Buffer.concat(parts).toString('utf8') };
}
