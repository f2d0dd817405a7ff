import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Account } from './account';
import { EmbeddedPostgresError, USE_YOUR_OWN } from './embedded-postgres-error';
import { isRunning } from './process-table';

/**
 * Runs a command for as long as the service lives, and not a moment longer.
 *
 * A shell rather than a Node process: there in 2 ms, with 2 MB of memory, and nothing to compile, against
 * 40 ms and 40 MB. It sits in a session of its own, so that Ctrl-C, which goes to the terminal's whole
 * foreground group, does not make Postgres abort what is in flight. Descriptor 3 is a pipe from the service
 * that nothing is ever written to: end of file means that the service has gone, SIGKILL included. (Not stdin:
 * Node closes a child's stdin once that child has exited, and the watcher is to outlive the keeper.) The
 * watcher is a process beside the one that waits, so that the command ends even when that one was killed.
 *
 * SIGINT is sent again until it worked, because it is ignored until the command has installed its handler.
 */
const SCRIPT = `
removal=$1; shift
trap '' HUP INT QUIT TERM
"$@" 3<&- &
kept=$!
{
  read -r _ <&3
  tries=0
  while kill -INT $kept; do
    tries=$((tries + 1))
    if [ $tries -gt 300 ]; then kill -QUIT $kept; fi
    sleep 0.1 || sleep 1
  done
} >/dev/null 2>&1 &
watcher=$!
exec 3<&-
echo "lastcall-keeper: process $kept"
wait $kept
status=$?
{ kill -KILL $watcher; wait $watcher; } 2>/dev/null
if [ -n "$removal" ]; then rm -rf "$removal"; fi
exit $status
`;

const TAIL_LINES = 12;

export interface KeptOptions {
  /** Whom to run as; the service's own user when undefined. */
  readonly account: Account | undefined;
  readonly env: NodeJS.ProcessEnv;
  /** A folder that the keeper removes once the command has ended, however that came about. */
  readonly removeAfter?: string | undefined;
}

/** A command under a keeper. */
export class Kept {
  /** Settles when neither the command nor its keeper runs any more. Never rejects. */
  readonly ended: Promise<void>;
  /** The exit code of the command; undefined while it runs, and when it ended by SIGKILL of the keeper. */
  exitCode: number | undefined;
  readonly #keeper: ChildProcess;
  readonly #tail: string[] = [];
  readonly #listeners = new Set<(line: string) => void>();
  #pid: number | undefined;

  constructor(command: readonly string[], options: KeptOptions) {
    this.#keeper = spawn(
      '/bin/sh',
      ['-c', SCRIPT, 'lastcall-keeper', options.removeAfter ?? '', ...command],
      {
        cwd: '/',
        detached: true,
        env: options.env,
        stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
        ...options.account,
      },
    );
    this.ended = this.#watch();
  }

  /** The process id of the command itself; undefined until the keeper has told it. */
  get pid(): number | undefined {
    return this.#pid;
  }

  /** The last lines that the command wrote, as one line. */
  get lastOutput(): string {
    return this.#tail.join(' | ');
  }

  /** Calls `listener` for each line on stdout and stderr. */
  onLine(listener: (line: string) => void): void {
    this.#listeners.add(listener);
  }

  /** Asks the command to end (SIGINT: for Postgres a fast shutdown, with a checkpoint). */
  letGo(): void {
    this.#keeper.stdio[3]?.destroy();
  }

  /** Sends a signal to the command at once. */
  signal(signal: NodeJS.Signals): void {
    try {
      if (this.#pid !== undefined) process.kill(this.#pid, signal);
    } catch {
      // It has ended meanwhile, which is what was wanted.
    }
  }

  async #watch(): Promise<void> {
    const { stdout, stderr } = this.#keeper;
    if (stdout) createInterface(stdout).on('line', (line) => this.#hear(line));
    if (stderr) createInterface(stderr).on('line', (line) => this.#tell(line));
    try {
      const [code] = await once(this.#keeper, 'close');
      this.exitCode = code ?? undefined;
    } catch (error) {
      this.#tell(`/bin/sh: ${(error as Error).message}`);
      return;
    }
    // Only when the keeper itself was killed does the command outlive it, until the watcher sees end of file.
    while (this.#pid !== undefined && (await isRunning(this.#pid))) await sleep(20);
  }

  #hear(line: string): void {
    const pid = /^lastcall-keeper: process (\d+)$/.exec(line)?.[1];
    if (pid === undefined) this.#tell(line);
    else this.#pid = Number(pid);
  }

  #tell(line: string): void {
    this.#tail.push(line);
    if (this.#tail.length > TAIL_LINES) this.#tail.shift();
    for (const listener of this.#listeners) listener(line);
  }
}

/** Runs `command` to its end. Throws what it last wrote when it fails, and `signal.reason` when aborted. */
export async function runKept(
  command: readonly string[],
  options: KeptOptions & { readonly what: string; readonly signal: AbortSignal },
): Promise<void> {
  options.signal.throwIfAborted();
  const kept = new Kept(command, options);
  const abort = () => kept.letGo();
  options.signal.addEventListener('abort', abort, { once: true });
  await kept.ended;
  options.signal.removeEventListener('abort', abort);
  options.signal.throwIfAborted();
  if (kept.exitCode !== 0) {
    throw new EmbeddedPostgresError(`${options.what} failed: ${kept.lastOutput} (${USE_YOUR_OWN})`);
  }
}
