import type { ListenerCloseReport } from '../listener/listener';

/** What happens to the server, for whoever wants to know: logs, metrics. `atMs` counts from the beginning of the stop. */
export type HttpServerEvent =
  | { readonly type: 'listening'; readonly address: string }
  | { readonly type: 'listener-closed'; readonly atMs: number; readonly report: ListenerCloseReport }
  | (DrainEvent & { readonly atMs: number })
  | {
      readonly type: 'drained';
      readonly atMs: number;
      /** Undefined: nothing was answered during the drain. */
      readonly lastAnswerAtMs: number | undefined;
      /** Requests that were cut short. */
      readonly forced: number;
    }
  /** `cancel`, or the observer itself, has thrown. The drain goes on. */
  | { readonly type: 'callback-failed'; readonly error: unknown };

/** The steps between the closed listener and the last closed connection; each only if there is anything to do. */
export type DrainEvent =
  /** Idle connections got 408 and FIN, upgraded ones FIN. */
  | { readonly type: 'idle-closed'; readonly connections: number }
  /** Streams of server-sent events were ended. */
  | { readonly type: 'streams-ended'; readonly streams: number }
  /** Requests that were never completely received got 408. */
  | { readonly type: 'timed-out'; readonly requests: number }
  /** Answers that their clients had stopped reading were given up, and the connections cut. */
  | { readonly type: 'unread'; readonly requests: number }
  /** The hard deadline for requests: their work was told to stop. */
  | { readonly type: 'cancelled'; readonly requests: number }
  /** Requests whose handlers did not answer even then got 503. */
  | { readonly type: 'refused'; readonly requests: number }
  /** Connections that would not close were destroyed. */
  | { readonly type: 'destroyed'; readonly connections: number };

/** Is told of every event as it happens. Must not wait; when it throws, it is told that too. */
export type HttpServerObserver = (event: HttpServerEvent) => void;
