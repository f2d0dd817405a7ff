import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AnyServer, DrainOptions } from '../../adapters/http-server';
import { onTerminationSignals, startedByNohup } from '../../adapters/process/termination-signals';
import type { Component, StopDetails } from '../../application/lifecycle/component';
import type { LifecycleEvent } from '../../application/lifecycle/lifecycle-observer';
import { ShutdownCoordinator } from '../../application/lifecycle/shutdown-coordinator';
import type { ShutdownReport } from '../../application/lifecycle/shutdown-report';
import { singleFlight } from '../../application/lifecycle/single-flight';
import { StartInterrupted } from '../../domain/lifecycle/errors';
import { Lifecycle as Phases } from '../../domain/lifecycle/lifecycle';
import { drainPolicy } from '../../domain/lifecycle/time-budget';
import { drainable } from './drainable';

/** After the last part has stopped: what still holds the process is given up, and named. */
const LEFTOVERS_MS = 500;

export interface LifecycleOptions {
  /** From the signal to the exit, in milliseconds. Default 9000: inside Docker's 10 s. */
  readonly timeoutMs?: number;
  /** Told of each step as it happens. Default: what went wrong is written to stderr. */
  readonly onEvent?: (event: LifecycleEvent) => void;
}

/** Something that is started and stopped: a pool, a consumer, a timer. */
export interface Part {
  /** Names of those that it uses: they start before it, and stop after it. */
  readonly needs?: readonly string[];
  /** `signal` aborts when the start is to give up. */
  start?(signal: AbortSignal): unknown;
  /** `signal` aborts when its time is over. */
  stop?(signal: AbortSignal): unknown;
}

export interface HttpOptions {
  readonly port: number;
  readonly host?: string;
  /** Default: everything that was named before it. */
  readonly needs?: readonly string[];
  /** How the server is drained; its time is that of the lifecycle. */
  readonly drain?: Omit<DrainOptions, 'timeoutMs' | 'delayMs'>;
}

export interface Lifecycle {
  /** Names a part. @throws Error where the name is taken. */
  use(name: string, part: Part): this;
  /** Names a server, `http`, or `http-2` and so on. A handler gets a server of its own. */
  http(serverOrHandler: AnyServer | RequestListener, options: HttpOptions): this;
  /** Aborts when the stop begins: answer health checks with 503. */
  readonly draining: AbortSignal;
  /**
   * Starts everything in the order of need, waits for SIGTERM, SIGINT, SIGQUIT or the terminal's end, and stops everything in the
   * reverse order. Then the process ends: with 1 if anything was cut short or failed, else with the exit code that somebody
   * has set, or 0. A second signal ends it at once. Resolves with the code just before. Called again, gives the same promise.
   * @throws Error where the parts need each other in a circle, or one that there is not
   */
  run(): Promise<number>;
}

/** Start and stop in the order of need, for a program that has no container for it. */
export function lifecycle(options: LifecycleOptions = {}): Lifecycle {
  return new PartsInOrder(options);
}

class PartsInOrder implements Lifecycle {
  readonly #parts = new Map<string, { readonly component: Component; readonly needs: readonly string[] }>();
  readonly #policy: ReturnType<typeof drainPolicy>;
  readonly #observe: (event: LifecycleEvent) => void;
  readonly #draining = new AbortController();
  #servers = 0;
  #ended: Promise<number> | undefined;

  constructor({ timeoutMs = 9_000, onEvent = complain }: LifecycleOptions) {
    this.#policy = drainPolicy({ timeoutMs, delayMs: 0, lingerMs: 0 });
    this.#observe = onEvent;
  }

  get draining(): AbortSignal {
    return this.#draining.signal;
  }

  use(name: string, { needs = [], start, stop }: Part): this {
    return this.#add(needs, {
      name,
      ...(start && { start: async (signal) => void (await start(signal)) }),
      ...(stop && { stop: async (deadline) => void (await stop(deadline.signal)) }),
    });
  }

  http(serverOrHandler: AnyServer | RequestListener, { port, host, needs, drain }: HttpOptions): this {
    const { timeoutMs, delayMs, requestsByMs } = this.#policy;
    // In words of what the caller has given: the server knows only of its part of the time.
    drainPolicy({ timeoutMs, delayMs, lingerMs: drain?.lingerMs ?? 0 });
    this.#servers += 1;
    const name = this.#servers === 1 ? 'http' : `http-${this.#servers}`;
    const isHandler = typeof serverOrHandler === 'function';
    const server = drainable(isHandler ? createServer(serverOrHandler) : serverOrHandler, {
      ...drain,
      timeoutMs: requestsByMs,
    });
    return this.#add(needs ?? [...this.#parts.keys()], {
      name,
      async start(signal) {
        server.listen(port, host);
        await once(server, 'listening', { signal });
      },
      async stop(): Promise<StopDetails> {
        const {
          outcome: _outcome,
          degraded: _degraded,
          listener,
          forced,
          tookMs,
          ...counts
        } = await server.drain();
        return { forced, figures: { ...counts, drainMs: tookMs, listenerCloseMs: listener.tookMs } };
      },
    });
  }

  run(): Promise<number> {
    this.#ended ??= this.#run();
    return this.#ended;
  }

  async #run(): Promise<number> {
    const phases = new Phases();
    const coordinator = new ShutdownCoordinator({
      graph: {
        components: [...this.#parts.values()].map(({ component }) => singleFlight(component)),
        dependencies: new Map([...this.#parts].map(([name, { needs }]) => [name, needs])),
      },
      lifecycle: phases,
      policy: this.#policy,
      observe: this.#observe,
    });
    phases.onMove(
      (phase) => phase === 'draining' && this.#draining.abort(new Error('the service is stopping')),
    );
    let couldStart = true;
    const stopped = new Promise<ShutdownReport>((resolve) => {
      const stop = (reason: string) => void coordinator.shutdown(reason).then(resolve);
      onTerminationSignals(
        { onStop: stop, onForce: () => process.exit(1) },
        startedByNohup(process.env) ? ['SIGHUP'] : [],
      );
      coordinator.start().catch((error) => {
        if (!(error instanceof StartInterrupted)) {
          couldStart = false;
          stop('a part could not start');
        }
      });
    });
    // A signal handler keeps no process alive, and the parts may have nothing that does.
    const alive = setInterval(() => {}, 2 ** 31 - 1);
    const { outcome } = await stopped;
    clearInterval(alive);
    // A part may know of a failure that its stop does not show.
    const code = couldStart && outcome === 'clean' ? Number(process.exitCode ?? 0) : 1;
    process.exitCode = code;
    setTimeout(exitWithLeftovers, LEFTOVERS_MS).unref();
    return code;
  }

  #add(needs: readonly string[], component: Component): this {
    const { name } = component;
    if (this.#parts.has(name)) throw new Error(`two parts are called ${name}`);
    this.#parts.set(name, { component, needs });
    return this;
  }
}

/** Nothing of ours holds the process any more; unless somebody else does, it has ended before this. */
function exitWithLeftovers(): never {
  const leftovers = [...new Set(process.getActiveResourcesInfo())].filter((name) => !name.startsWith('TTY'));
  process.stderr.write(`everything has stopped, but these still hold the process: ${leftovers.join(', ')}\n`);
  process.exit();
}

function complain(event: LifecycleEvent): void {
  if (event.type === 'component-start-failed') say(`${event.name} could not start`, event.error);
  if (event.type === 'component-stopped' && event.report.outcome !== 'clean') {
    const { error, forced, name, outcome } = event.report;
    say(outcome === 'failed' ? `${name} failed to stop` : `${name} was cut short (${forced})`, error);
  }
}

function say(what: string, error: unknown): void {
  const why =
    error instanceof Error ? (error.stack ?? error.message) : error === undefined ? '' : String(error);
  process.stderr.write(`${what}${why === '' ? '' : `: ${why}`}\n`);
}
