import type { LifecycleObserver } from '../../application/lifecycle/lifecycle-observer';
import type { ComponentReport } from '../../application/lifecycle/shutdown-report';
import type { Log } from '../../application/ports/log';
import { inTenths, tenths } from '../../application/ports/log';

/** One line for each lifecycle event. */
export function lifecycleLog(log: Log): LifecycleObserver {
  return (event) => {
    switch (event.type) {
      case 'phase-changed':
        return log.info(event.phase, { event: event.type });
      case 'component-started':
        return log.info(`started ${event.name}`, {
          event: event.type,
          component: event.name,
          tookMs: tenths(event.tookMs),
        });
      case 'component-start-failed':
        return log.error(`could not start ${event.name}`, {
          event: event.type,
          component: event.name,
          err: event.error,
        });
      case 'shutdown-begun':
        return log.info('shutting down', {
          event: event.type,
          reason: event.reason,
          timeoutMs: event.timeoutMs,
        });
      case 'component-stopped':
        return componentStopped(log, event.report);
      case 'shutdown-finished':
        return;
    }
  };
}

function componentStopped(log: Log, report: ComponentReport): void {
  const { name, outcome, tookMs, forced, figures, error } = report;
  const fields = {
    event: 'component-stopped',
    component: name,
    outcome,
    tookMs: tenths(tookMs),
    ...(forced > 0 && { forced }),
    ...(Object.keys(figures).length > 0 && { figures: inTenths(figures) }),
    ...(error !== undefined && { err: error }),
  };
  if (outcome === 'clean') log.info(`stopped ${name}`, fields);
  else log.error(`stopped ${name}: ${outcome}`, fields);
}
