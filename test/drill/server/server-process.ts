import { type ChildProcess, spawn } from 'node:child_process';
import http from 'node:http';
import https from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { shellLine } from './command-line';
import { type LogLine, LogLines } from './log-lines';

export interface ServerOptions {
  readonly command: string;
  readonly cwd: string;
  readonly port: number;
  /** Whether it speaks TLS. */
  readonly secure?: boolean;
  readonly databaseUrl: string;
  /** How long it may take until `/health` answers 200. */
  readonly startTimeoutMs: number;
  /** A descriptor of ours that becomes the server's descriptor 3. */
  readonly inherit?: number;
}

/** How a server ended. `code` is null when a signal ended it. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** `performance.now()` at which the drill learned of it. */
  readonly at: number;
}

const running = new Set<ServerProcess>();

/** Kills every server that is still there, for a drill that is interrupted. */
export function killAllServers(): void {
  for (const server of running) server.signal('SIGKILL');
}

/** The server under test: any command that takes `PORT` and `DATABASE_URL` and answers `GET /health`. */
export class ServerProcess {
  readonly #child: ChildProcess;
  readonly #lines = new LogLines();
  readonly exited: Promise<Exit>;
  #exit: Exit | null = null;

  private constructor(options: ServerOptions) {
    this.#child = spawn('/bin/sh', ['-c', shellLine(options.command)], {
      cwd: options.cwd,
      env: { ...process.env, PORT: String(options.port), DATABASE_URL: options.databaseUrl },
      stdio: ['ignore', 'pipe', 'pipe', ...(options.inherit === undefined ? [] : [options.inherit])],
    });
    running.add(this);
    this.#child.stdout?.on('data', (bytes: Buffer) => this.#lines.take(bytes));
    this.#child.stderr?.on('data', (bytes: Buffer) => this.#lines.take(bytes));
    this.exited = new Promise((resolve) => {
      const ended = (code: number | null, signal: NodeJS.Signals | null) => {
        this.#exit = { code, signal, at: performance.now() };
        running.delete(this);
        resolve(this.#exit);
      };
      this.#child.once('exit', ended);
      this.#child.once('error', () => ended(127, null));
    });
  }

  /** Starts the command and waits until `/health` answers 200. Throws with its last output when it does not. */
  static async start(options: ServerOptions): Promise<ServerProcess> {
    const server = new ServerProcess(options);
    const until = performance.now() + options.startTimeoutMs;
    while (!(await isHealthy(options))) {
      if (server.#exit !== null || performance.now() > until) {
        server.signal('SIGKILL');
        await server.exited;
        throw new Error(`the server did not become healthy: ${options.command}\n${server.#lines.tail()}`);
      }
      await sleep(15);
    }
    return server;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** What it has logged so far, each line with the time at which the drill read it. */
  logLines(): readonly LogLine[] {
    return this.#lines.all();
  }

  /** Waits for the exit; kills it when that takes longer than `graceMs`, and says so by `null`. */
  async exitWithin(graceMs: number): Promise<Exit | null> {
    const timer = new AbortController();
    const late = sleep(graceMs, null, { signal: timer.signal }).catch(() => null);
    const exit = await Promise.race([this.exited, late]);
    timer.abort();
    if (exit !== null) return exit;
    this.signal('SIGCONT');
    this.signal('SIGKILL');
    await this.exited;
    return null;
  }
}

function isHealthy({ port, secure }: ServerOptions): Promise<boolean> {
  const { get } = secure === true ? https : http;
  return new Promise((resolve) => {
    const request = get(
      {
        port,
        host: '127.0.0.1',
        path: '/health',
        agent: false,
        timeout: 1000,
        ...(secure === true && { rejectUnauthorized: false }),
      },
      (answer) => {
        answer.resume();
        answer.once('end', () => resolve(answer.statusCode === 200));
        answer.once('close', () => resolve(false));
      },
    );
    request.once('timeout', () => request.destroy());
    request.once('error', () => resolve(false));
  });
}
