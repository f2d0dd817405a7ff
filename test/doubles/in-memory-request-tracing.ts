import type {
  Exchange,
  RequestSpan,
  RequestTracing,
  TracedRequest,
} from '../../src/adapters/koa/observing/request-observers';

/** Keeps every span that has ended, for tests to read. */
export class InMemoryRequestTracing implements RequestTracing {
  readonly spans: { readonly traceId: string; readonly exchange: Exchange }[] = [];
  #made = 0;

  began({ headers }: TracedRequest): RequestSpan {
    this.#made += 1;
    const given = /^00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/.exec(String(headers.traceparent))?.[1];
    const traceId = given ?? this.#made.toString(16).padStart(32, '0');
    return { traceId, ended: (exchange) => void this.spans.push({ traceId, exchange: { ...exchange } }) };
  }
}
