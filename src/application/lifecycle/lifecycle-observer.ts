import type { Phase } from '../../domain/lifecycle/lifecycle';
import type { ComponentReport, ShutdownReport } from './shutdown-report';

/** What happens between the first line of main and the exit. A log line or a metric is one observer of it. */
export type LifecycleEvent =
  | { readonly type: 'phase-changed'; readonly phase: Phase }
  | { readonly type: 'component-started'; readonly name: string; readonly tookMs: number }
  | { readonly type: 'component-start-failed'; readonly name: string; readonly error: unknown }
  | { readonly type: 'shutdown-begun'; readonly reason: string; readonly timeoutMs: number }
  | { readonly type: 'component-stopped'; readonly report: ComponentReport }
  | { readonly type: 'shutdown-finished'; readonly report: ShutdownReport };

/** Is told of every event as it happens. Must not throw and must not wait. */
export type LifecycleObserver = (event: LifecycleEvent) => void;
