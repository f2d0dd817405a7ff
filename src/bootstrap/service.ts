import { lifecycleLog } from '../adapters/observability/lifecycle-log';
import type { PinoLog } from '../adapters/observability/pino-log';
import { systemdNotify } from '../adapters/process/systemd-notify';
import type { LifecycleObserver } from '../application/lifecycle/lifecycle-observer';
import { ShutdownCoordinator } from '../application/lifecycle/shutdown-coordinator';
import type { Log } from '../application/ports/log';
import { components } from './components';
import type { Config } from './config';
import type { Module } from './module';
import { TOKENS } from './tokens';

/** The wired service, not yet started. */
export interface Service {
  readonly coordinator: ShutdownCoordinator;
  readonly log: PinoLog;
  /**
   * For an exit that waits for nobody: has the database cancel what runs there, which would otherwise be stored with
   * nobody to tell. Resolves when nothing runs any more, or when `signal` aborts.
   */
  abandon(signal: AbortSignal): Promise<void>;
}

/** One that fails neither keeps the others from hearing, nor ends the start or the drain that it is told of. */
export function tellAll(observers: readonly LifecycleObserver[], log: Log): LifecycleObserver {
  return (event) => {
    for (const observe of observers) {
      try {
        observe(event);
      } catch (error) {
        log.error('one who was told of the drain failed', { err: error });
      }
    }
  };
}

/** Builds the service; production and tests build it here alike. */
export function createService(config: Config, modules?: readonly Module[]): Service {
  const registry = components(config, modules);
  const log = registry.get(TOKENS.log);
  const observers = [lifecycleLog(log), registry.get(TOKENS.metrics).observe];
  if (config.systemd) observers.push(systemdNotify(config.systemd, log));
  const coordinator = new ShutdownCoordinator({
    graph: registry.graph(),
    lifecycle: registry.get(TOKENS.lifecycle),
    policy: config.drain,
    observe: tellAll(observers, log),
  });
  const abandon = (signal: AbortSignal) => {
    registry.get(TOKENS.cancellation).abort();
    return registry.has(TOKENS.pool) ? registry.get(TOKENS.pool).quiet(signal) : Promise.resolve();
  };
  return { coordinator, log, abandon };
}
