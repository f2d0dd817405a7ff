import type { Exchange } from './request-metrics';

/** One request's place in a distributed trace. */
export interface RequestSpan {
  /** 32 lower-case hexadecimal digits: the caller's trace, or a new one where it had none. */
  readonly traceId: string;
  ended(exchange: Exchange): void;
}

export interface TracedRequest {
  readonly method: string;
  readonly path: string;
  /** Without the question mark; empty where there is none. */
  readonly query: string;
  /** By lower-case names. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** Records a span for each request. Must not throw, and must not wait. */
export interface RequestTracing {
  /** Undefined where traces cannot be recorded. */
  began(request: TracedRequest): RequestSpan | undefined;
}
