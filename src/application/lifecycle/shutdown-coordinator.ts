import { StartInterrupted } from '../../domain/lifecycle/errors';
import type { Lifecycle } from '../../domain/lifecycle/lifecycle';
import { dependents, stopWaves } from '../../domain/lifecycle/stop-order';
import { type DrainPolicy, stopByMs } from '../../domain/lifecycle/time-budget';
import type { Component } from './component';
import { type ComponentGraph, checkGraph, runInOrder } from './component-graph';
import { stopComponent } from './component-stop';
import type { LifecycleObserver } from './lifecycle-observer';
import { type ComponentReport, type ShutdownReport, worstOutcome } from './shutdown-report';

/**
 * Starts the components in dependency order and stops them in the reverse, each as soon as its last dependent has
 * stopped, within one time budget.
 */
export class ShutdownCoordinator {
  readonly #components: ReadonlyMap<string, Component>;
  readonly #graph: ComponentGraph;
  readonly #lifecycle: Lifecycle;
  readonly #policy: DrainPolicy;
  readonly #observe: LifecycleObserver;
  readonly #startAbort = new AbortController();
  /** What has been asked to start: only that is stopped. */
  readonly #begun = new Set<string>();
  #starting: Promise<void> | undefined;
  #stopping: Promise<ShutdownReport> | undefined;

  /** @throws as {@link checkGraph} does: what is passed over would silently never be started. */
  constructor(options: {
    graph: ComponentGraph;
    lifecycle: Lifecycle;
    policy: DrainPolicy;
    observe: LifecycleObserver;
  }) {
    checkGraph(options.graph);
    this.#graph = options.graph;
    this.#components = new Map(options.graph.components.map((component) => [component.name, component]));
    this.#lifecycle = options.lifecycle;
    this.#policy = options.policy;
    this.#observe = options.observe;
    this.#lifecycle.onMove((phase) => this.#observe({ type: 'phase-changed', phase }));
  }

  /**
   * Starts every component and then moves the lifecycle to ready. Single-flight. When it rejects, nothing has been
   * stopped yet: the caller goes on to {@link shutdown}.
   *
   * @throws the first component's error, or {@link StartInterrupted} when a shutdown came first.
   */
  start(): Promise<void> {
    this.#starting ??= this.#startAll();
    return this.#starting;
  }

  /**
   * Announces the shutdown, then stops what had started. Single-flight: a second call returns the first one's
   * promise. Never rejects: errors and hangs of components are in the report.
   */
  shutdown(reason: string): Promise<ShutdownReport> {
    this.#stopping ??= this.#stopAll(reason);
    return this.#stopping;
  }

  async #startAll(): Promise<void> {
    const { signal } = this.#startAbort;
    let failure: { error: unknown } | undefined;
    await runInOrder(this.#graph.dependencies, async (name) => {
      if (signal.aborted) return;
      this.#begun.add(name);
      const component = this.#component(name);
      if (!component.start) return;
      const began = performance.now();
      try {
        await component.start(signal);
        this.#observe({ type: 'component-started', name, tookMs: performance.now() - began });
      } catch (error) {
        // It was told to give up, by the shutdown or by the failure of another.
        if (signal.aborted) return;
        failure = { error };
        this.#observe({ type: 'component-start-failed', name, error });
        this.#startAbort.abort(error);
      }
    });
    // A failure stays one when the signal comes while the other components are still giving up.
    if (failure) throw failure.error;
    if (this.#stopping) throw new StartInterrupted('a shutdown was asked for before the service was ready');
    this.#lifecycle.moveTo('ready');
  }

  async #stopAll(reason: string): Promise<ShutdownReport> {
    const began = performance.now();
    const wasReady = this.#lifecycle.phase === 'ready';
    this.#lifecycle.moveTo('draining');
    this.#observe({ type: 'shutdown-begun', reason, timeoutMs: this.#policy.timeoutMs });
    this.#startAbort.abort(new StartInterrupted('shutting down'));
    if (wasReady) await sleep(this.#policy.delayMs);
    else await atMost(this.#policy.requestsByMs, this.#starting);

    const components = await this.#stopEach(began, wasReady);
    const outcome = worstOutcome(components.map((component) => component.outcome));
    const report = { reason, outcome, tookMs: performance.now() - began, components };
    this.#lifecycle.moveTo('stopped');
    this.#observe({ type: 'shutdown-finished', report });
    return report;
  }

  async #stopEach(began: number, wasReady: boolean): Promise<readonly ComponentReport[]> {
    const reports: ComponentReport[] = [];
    const stopBy = this.#stopByMs(wasReady);
    await runInOrder(dependents(this.#graph.dependencies), async (name) => {
      if (!this.#begun.has(name)) return;
      // What has nothing to stop is over at once, and needs no time.
      const byMs = stopBy.get(name) ?? this.#policy.timeoutMs;
      const report = await stopComponent(this.#component(name), began + byMs);
      reports.push(report);
      this.#observe({ type: 'component-stopped', report });
    });
    return reports;
  }

  /** By name, in milliseconds since the signal. A wave in which nothing has to be stopped takes no share of the time. */
  #stopByMs(wasReady: boolean): ReadonlyMap<string, number> {
    const hasWork = (name: string) => this.#begun.has(name) && this.#component(name).stop !== undefined;
    const waves = stopWaves(this.#graph.dependencies)
      .map((wave) => wave.filter(hasWork))
      .filter((wave) => wave.length > 0);
    const stated = waves.map((wave) => slowest(wave.map((name) => this.#component(name).stopWithinMs)));
    const ends = stopByMs(this.#policy, stated, wasReady);
    return new Map(
      waves.flatMap((wave, index) => wave.map((name) => [name, ends[index] as number] as const)),
    );
  }

  #component(name: string): Component {
    const component = this.#components.get(name);
    if (!component) throw new Error(`no component is called ${name}`);
    return component;
  }
}

/** Waits; 0 does not even yield to the timers, so that the listener closes in the signal's own turn. */
async function sleep(ms: number): Promise<void> {
  if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
}

/** Waits until `promise` settles, but not for longer than `ms`. */
async function atMost(ms: number, promise: Promise<void> | undefined): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([promise?.catch(() => {}), late]);
  clearTimeout(timer);
}

/** Undefined where one of them does not say how long it takes. */
function slowest(statedMs: readonly (number | undefined)[]): number | undefined {
  return statedMs.some((ms) => ms === undefined) ? undefined : Math.max(...(statedMs as number[]));
}
