import { type ChildProcess, spawn } from 'node:child_process';
import type { Endpoint, TlsTrust } from '../client/endpoint';
import { fillIn } from '../requests/placeholders';
import { killGroup, remember } from './child-processes';
import { shellLine } from './command-line';
import type { DrilledServer, Exit, StartServer } from './drilled-server';
import { freePort } from './free-port';
import { LogLines } from './log-lines';
import { notReady, type ReadyCheck, untilReady } from './ready';
import { within } from './within';

export interface CommandServerOptions {
  /** A shell line, or a program and its arguments. `{{port}}` may stand in any of them. */
  readonly command: string | readonly string[];
  readonly cwd: string;
  /** Beside the drill's own environment, PORT and what the lane has. `{{port}}` may stand in the values. */
  readonly env?: Readonly<Record<string, string>>;
  /** The port where it listens, when it does not heed PORT. */
  readonly port?: number | undefined;
  readonly tls?: TlsTrust | undefined;
  /** A descriptor of ours that becomes the server's descriptor 3. */
  readonly inherit?: number;
  readonly signal: NodeJS.Signals;
  readonly ready: ReadyCheck;
}

/** The exit codes of a shell that cannot run a program. */
const NOT_FOUND = 127;
const NOT_EXECUTABLE = 126;

/** Both, since `localhost` may be either. */
const LOOPBACK = ['127.0.0.1', '::1'];

/** The server as a process of the drill's, in any language. */
export function commandServer(options: CommandServerOptions): StartServer {
  return async ({ environment }) => {
    const port = options.port ?? (await freePort());
    const process = new ServerProcess(options, port, environment);
    const endpoints = LOOPBACK.map(
      (host): Endpoint => ({ host, port, ...(options.tls !== undefined && { tls: options.tls }) }),
    );
    const { endpoint, instead } = await untilReady(options.ready, endpoints, process.exited);
    if (endpoint !== null) return process.at(endpoint);
    const why = process.whyNotReady(options, port, instead);
    process.kill();
    await process.exited;
    throw new Error(`${why}\n${process.tail()}`.trimEnd());
  };
}

class ServerProcess {
  readonly #child: ChildProcess;
  readonly #signal: NodeJS.Signals;
  readonly #lines = new LogLines();
  #exit: Exit | null = null;
  #spawnError: NodeJS.ErrnoException | null = null;
  readonly exited: Promise<Exit>;

  constructor(options: CommandServerOptions, port: number, environment: Readonly<Record<string, string>>) {
    const values = { port: String(port) };
    const env: NodeJS.ProcessEnv = { ...process.env, ...environment, PORT: String(port) };
    for (const [name, value] of Object.entries(options.env ?? {})) env[name] = fillIn(value, values);
    const [program = '', ...words] =
      typeof options.command === 'string'
        ? ['/bin/sh', '-c', shellLine(fillIn(options.command, values))]
        : options.command.map((word) => fillIn(word, values));
    this.#signal = options.signal;
    // A group of its own: Ctrl-C is the drill's to hear, and what the server leaves behind can be found.
    this.#child = spawn(program, words, {
      cwd: options.cwd,
      env,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', ...(options.inherit === undefined ? [] : [options.inherit])],
    });
    remember(this.#child);
    this.#child.stdout?.on('data', (bytes: Buffer) => this.#lines.take(bytes));
    this.#child.stderr?.on('data', (bytes: Buffer) => this.#lines.take(bytes));
    this.exited = new Promise((resolve) => {
      const ended = (code: number | null, signal: string | null) => {
        this.#exit = { code, signal, at: performance.now() };
        killGroup(this.#child);
        resolve(this.#exit);
      };
      this.#child.once('exit', ended);
      this.#child.on('error', (error) => {
        // One that was started, and may not be signalled, is told of where that is tried.
        if (this.#child.pid !== undefined) return;
        this.#spawnError = error;
        ended(NOT_FOUND, null);
      });
    });
  }

  at(endpoint: Endpoint): DrilledServer {
    return {
      endpoint,
      exited: this.exited,
      stop: async () => this.#stop(),
      freeze: () => void this.#child.kill('SIGSTOP'),
      thaw: () => void this.#child.kill('SIGCONT'),
      exitWithin: async (graceMs) => {
        const exit = await within(graceMs, this.exited);
        if (exit !== null) return exit;
        this.kill();
        await this.exited;
        return null;
      },
      logLines: () => this.#lines.all(),
    };
  }

  #stop(): void {
    if (this.#child.kill(this.#signal) || this.#exit !== null) return;
    throw new Error(
      `the drill may not send ${this.#signal} to the server (process ${this.#child.pid}): is it another user's?`,
    );
  }

  kill(): void {
    this.#child.kill('SIGCONT');
    this.#child.kill('SIGKILL');
  }

  whyNotReady({ command, ready, port: given }: CommandServerOptions, port: number, instead: string): string {
    const words = typeof command === 'string' ? command : command.join(' ');
    if (this.#spawnError !== null)
      return `${whyNotStarted(this.#spawnError, this.#child.spawnfile)}: ${words}`;
    const code = this.#exit?.code ?? this.#exit?.signal;
    if (code === NOT_FOUND || code === NOT_EXECUTABLE) return `the server could not be started: ${words}`;
    const what =
      code === undefined
        ? `${notReady(ready, instead)}, on port ${port}`
        : `ended with ${code} before it was ready`;
    const hint =
      given === undefined
        ? '\nIt is told its port by the variable PORT, or by {{port}} in its command; --port names one that it always takes.'
        : '';
    return `the server ${what}: ${words}${hint}`;
  }

  /** Its last output. */
  tail(): string {
    return this.#lines.tail();
  }
}

/** A folder on PATH that may not be read makes EACCES of what is in none of them (execvp(3)). */
function whyNotStarted({ code, message }: NodeJS.ErrnoException, program: string): string {
  if (!program.includes('/') && (code === 'ENOENT' || code === 'EACCES'))
    return `the server could not be started: there is no program ${program} on PATH that may be executed`;
  if (code === 'ENOENT') return `the server could not be started: there is no program ${program}`;
  if (code === 'EACCES') return `the server could not be started: ${program} may not be executed`;
  return `the server could not be started: ${message}`;
}
