import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { assertDescribed, servicePorts } from './openapi';
import { until } from './until';

export const PROJECT = path.resolve(__dirname, '../..');
const MAIN = path.join(PROJECT, 'dist/bootstrap/main.js');

/** One line of the service's log. */
export interface LogLine {
  readonly level: string;
  readonly msg: string;
  readonly [field: string]: unknown;
}

export interface ServiceOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Options of node itself. */
  readonly nodeOptions?: readonly string[];
  /** What to run in place of `node dist/bootstrap/main.js`. */
  readonly command?: readonly [string, ...string[]];
}

/** The built service as a process of its own, on a port that the kernel chose. */
export class ServiceProcess {
  static readonly #running = new Set<ServiceProcess>();
  readonly child: ChildProcess;
  readonly lines: LogLine[] = [];
  stderr = '';
  readonly #exited: Promise<number | string | null>;
  #ended = false;

  private constructor(options: ServiceOptions) {
    const [program, ...words] = options.command ?? [process.execPath, ...(options.nodeOptions ?? []), MAIN];
    const env = { ...cleanEnvironment(), PORT: '0', HOST: '127.0.0.1', ...options.env };
    this.child = spawn(program, words, { cwd: PROJECT, env, stdio: ['ignore', 'pipe', 'pipe'] });
    ServiceProcess.#running.add(this);
    this.stdout.on('error', () => {});
    const lines = createInterface({ input: this.stdout });
    lines.on('line', (line) => {
      if (line.startsWith('{')) this.#logged(JSON.parse(line) as LogLine);
    });
    this.child.stderr?.on('data', (chunk: Buffer) => {
      this.stderr += chunk.toString();
    });
    // `close` comes after all output has been read; a process that is left behind would hold it up.
    this.#exited = once(this.child, 'close').then(([code, signal]) => {
      this.#ended = true;
      ServiceProcess.#running.delete(this);
      return (code ?? signal) as number | string | null;
    });
  }

  /** Spawns it and does not wait. */
  static spawn(options: ServiceOptions = {}): ServiceProcess {
    return new ServiceProcess(options);
  }

  /** Spawns it and waits until it is ready. */
  static async start(databaseUrl: string, options: ServiceOptions = {}): Promise<ServiceProcess> {
    const service = new ServiceProcess({
      ...options,
      env: { DATABASE_URL: databaseUrl, ...options.env },
    });
    await service.line('ready');
    return service;
  }

  /** For afterEach: nothing outlives a test that failed. */
  static async killAll(): Promise<void> {
    const left = [...ServiceProcess.#running];
    for (const service of left) service.child.kill('SIGKILL');
    await Promise.all(left.map((service) => service.#exited));
  }

  get stdout(): Readable {
    return this.child.stdout as Readable;
  }

  get port(): number {
    return portIn(this.lines.find(({ msg }) => msg === 'listening') as LogLine);
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Waits for a line with this message. */
  async line(message: string, timeoutMs = 15_000): Promise<LogLine> {
    await until(
      `the line "${message}"`,
      () => {
        return this.#ended || this.lines.some(({ msg }) => msg === message);
      },
      timeoutMs,
    );
    const found = this.lines.find(({ msg }) => msg === message);
    if (!found) throw new Error(`it ended without the line "${message}": ${this.output()}`);
    return found;
  }

  signal(signal: NodeJS.Signals = 'SIGTERM'): void {
    this.child.kill(signal);
  }

  /** Its exit code, or the signal that ended it; once all of its output has been read. */
  async exitCode(timeoutMs = 20_000): Promise<number | string | null> {
    await until('the exit', () => this.#ended, timeoutMs);
    return this.#exited;
  }

  /** For a failure's message. */
  output(): string {
    return `${this.lines.map((line) => JSON.stringify(line)).join('\n')}\n${this.stderr}`;
  }

  /** `fetch` from the service; rejects when the answer is not as its OpenAPI document has it. */
  async fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const answer = await fetch(this.url + path, init);
    const { status, headers } = answer;
    assertDescribed(init.method ?? 'GET', path, { status, headers, body: await answer.clone().text() });
    return answer;
  }

  /** Posts a job; resolves with status, headers and the parsed body. */
  async post(name: string): Promise<{ status: number; headers: Headers; body: Record<string, unknown> }> {
    const answer = await this.fetch('/work', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name }),
    });
    const body = (await answer.json()) as Record<string, unknown>;
    return { status: answer.status, headers: answer.headers, body };
  }

  #logged(line: LogLine): void {
    this.lines.push(line);
    if (line.msg === 'listening') servicePorts.add(portIn(line));
  }
}

function portIn(listening: LogLine): number {
  const address = listening.address as string;
  return Number(address.slice(address.lastIndexOf(':') + 1));
}

/** The environment without what would configure the service behind the test's back. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const own =
    /^(PORT|HOST|DATABASE_|DATA_FOLDER|COMMIT_|SHUTDOWN_|LOG_LEVEL|LISTEN_|METRICS_|OTEL_|NOTIFY_|WATCHDOG_|PG|NODE_)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !own.test(name)));
}
