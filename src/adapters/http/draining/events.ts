import type { ListenerCloseReport } from '../listener/listener';

/** What happens to the server, for whoever wants to know: logs, metrics. `atMs` counts from the call of `stop`. */
export type HttpServerEvent =
  | { readonly type: 'listening'; readonly address: string }
  | { readonly type: 'listener-closed'; readonly atMs: number; readonly report: ListenerCloseReport }
  /** Idle connections got their FIN. */
  | { readonly type: 'farewell'; readonly atMs: number; readonly connections: number }
  /** Requests that were never completely received got 408. */
  | { readonly type: 'timed-out'; readonly atMs: number; readonly requests: number }
  /** The hard deadline for requests: their work was told to stop. */
  | { readonly type: 'cancelled'; readonly atMs: number; readonly requests: number }
  /** Requests whose handlers did not answer even then got 503. */
  | { readonly type: 'refused'; readonly atMs: number; readonly requests: number }
  /** Connections that would not close were destroyed. */
  | { readonly type: 'destroyed'; readonly atMs: number; readonly connections: number }
  | {
      readonly type: 'drained';
      readonly atMs: number;
      readonly lastAnswerAtMs: number | undefined;
      readonly forced: number;
    };

export type HttpServerObserver = (event: HttpServerEvent) => void;
