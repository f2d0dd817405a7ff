import { setTimeout as sleep } from 'node:timers/promises';
import { authorityOf, type Endpoint } from '../client/endpoint';
import type { DrilledServer, Exit, StartServer } from './drilled-server';
import { ListenerWatch } from './listener-watch';
import { notReady, type ReadyCheck, untilReady } from './ready';
import { COMMAND_BOUND_MS, runCommand } from './run-command';
import { StartCommand } from './start-command';
import { within } from './within';

export interface RunningServerOptions {
  readonly endpoint: Endpoint;
  /** Starts it, where it does not run, or has gone. */
  readonly start?: string | undefined;
  /** Tells it to stop, such as `docker kill -s TERM web`. */
  readonly stop: string;
  /** Ends when it has gone, such as `docker wait web`. A number in its last line is the exit code. */
  readonly gone?: string | undefined;
  /** Ends it by force after the grace period. */
  readonly kill?: string | undefined;
  readonly ready: ReadyCheck;
}

const BOUND = { boundMs: COMMAND_BOUND_MS };

/** A server that somebody else looks after: a container, a unit, a pod. Every command is a shell line. */
export function runningServer(options: RunningServerOptions): StartServer {
  const { endpoint, ready, start } = options;
  return async ({ environment }) => {
    const isStarted = start !== undefined && (await ready.ask(endpoint)) !== null;
    const starting = isStarted ? new StartCommand(start, environment) : null;
    const failed = starting?.failed ?? null;
    const { instead } = await untilReady(ready, [endpoint], failed);
    if (instead === undefined) return new RunningServer(options, environment, starting);
    const failure = failed && (await within(0, failed));
    const hint = hintOf(starting);
    starting?.end();
    throw failure ?? new Error(`the server at ${authorityOf(endpoint)} ${notReady(ready, instead)}\n${hint}`);
  };
}

function hintOf(starting: StartCommand | null): string {
  if (starting === null) return 'Is it running? --start says how it is started for each trial';
  const { line, isRunning } = starting;
  return `It was started by: ${line}${isRunning ? '\nThis command has not ended: is it the server itself, and listens elsewhere?' : ''}`;
}

class RunningServer implements DrilledServer {
  readonly endpoint: Endpoint;
  readonly exited: Promise<Exit>;
  readonly #options: RunningServerOptions;
  readonly #environment: Readonly<Record<string, string>>;
  readonly #starting: StartCommand | null;
  readonly #unwatched = new AbortController();
  #resolve: (exit: Exit) => void = () => {};

  constructor(
    options: RunningServerOptions,
    environment: Readonly<Record<string, string>>,
    starting: StartCommand | null,
  ) {
    this.endpoint = options.endpoint;
    this.#options = options;
    this.#environment = environment;
    this.#starting = starting;
    this.exited = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  async stop(): Promise<void> {
    await runCommand(this.#options.stop, this.#environment, 'to stop the server', BOUND);
  }

  async exitWithin(graceMs: number, isQuiet: () => boolean): Promise<Exit | null> {
    let exit: Exit | null = null;
    try {
      exit = await within(graceMs, Promise.race([this.#watch(isQuiet), this.exited]));
      if (exit === null) await this.#kill();
      return exit;
    } finally {
      this.#unwatched.abort();
      this.#resolve(exit ?? { code: null, signal: null, at: performance.now() });
    }
  }

  async #kill(): Promise<void> {
    const { kill } = this.#options;
    if (kill !== undefined) await runCommand(kill, this.#environment, 'to kill the server', BOUND);
    this.#starting?.end();
  }

  logLines(): [] {
    return [];
  }

  #watch(isQuiet: () => boolean): Promise<Exit> {
    const { gone } = this.#options;
    return gone === undefined ? this.#untilNobodyIsThere(isQuiet) : this.#untilSaid(gone);
  }

  async #untilSaid(gone: string): Promise<Exit> {
    const options = { anyCode: true, signal: this.#unwatched.signal };
    const { output } = await runCommand(gone, this.#environment, 'to wait for the end', options);
    const last = output.trim().split('\n').at(-1)?.trim() ?? '';
    return { code: /^\d{1,3}$/.test(last) ? Number(last) : null, signal: null, at: performance.now() };
  }

  /** It has gone when its port takes no connections and no connection is left; a drain may go on after the first. */
  async #untilNobodyIsThere(isQuiet: () => boolean): Promise<Exit> {
    const listener = new ListenerWatch(this.endpoint, () => performance.now());
    while (!this.#unwatched.signal.aborted && (listener.closedAt === null || !isQuiet())) await sleep(5);
    await listener.stop();
    return { code: null, signal: null, at: performance.now() };
  }
}
