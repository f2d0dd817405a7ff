import { setTimeout as sleep } from 'node:timers/promises';
import type * as Api from '@opentelemetry/api';
import type * as Sdk from '@opentelemetry/sdk-node';
import type { Component } from '../../application/lifecycle/component';
import type { Deadline } from '../../application/lifecycle/deadline';
import type { Log } from '../../application/ports/log';
import { TIME_BUDGET } from '../../domain/lifecycle/time-budget';
import { type Exchange, errorType, knownMethod, OTHER_METHOD, URL_SCHEME } from './http-attributes';

/** A request of which a span is wanted; `query` without its question mark, headers by lower-case names. */
export interface TracedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

export interface RequestSpan {
  readonly traceId: string;
  ended(exchange: Exchange): void;
}

/** What is not left to the SDK, which reads the rest of the `OTEL_*` variables itself. */
export interface TracesSettings {
  /** Undefined: the SDK finds it in its variables. */
  readonly serviceName: string | undefined;
  /** Prometheus has the figures, and standard output the log lines: they go out by this way only when asked for. */
  readonly alsoMetrics: boolean;
  readonly alsoLogs: boolean;
}

/** What the standard variables say of traces; undefined where they do not ask for any. */
export function tracesSettings(env: NodeJS.ProcessEnv): TracesSettings | undefined {
  if (env.OTEL_SDK_DISABLED?.toLowerCase() === 'true') return undefined;
  const exporter = env.OTEL_TRACES_EXPORTER ?? '';
  const endpoint = env.OTEL_EXPORTER_OTLP_ENDPOINT || env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT;
  if (exporter === '' ? !endpoint : exporter === 'none') return undefined;
  return {
    serviceName: env.OTEL_SERVICE_NAME ? undefined : 'lastcall',
    alsoMetrics: Boolean(env.OTEL_METRICS_EXPORTER),
    alsoLogs: Boolean(env.OTEL_LOGS_EXPORTER),
  };
}

/**
 * One server span for each request, through OpenTelemetry's own SDK, which reads all of its `OTEL_*` variables. The
 * SDK is an optional peer dependency and is loaded by `start`; where it is not installed, one line says so.
 * `stop` flushes the spans, the drain's own included, and gives up after a second, or at the deadline: spans that are
 * lost are no lost work, so it says so and is clean all the same.
 */
export class OpenTelemetry implements Component {
  readonly name = 'open-telemetry';
  readonly #settings: TracesSettings;
  readonly #log: Log;
  #sdk: Sdk.NodeSDK | undefined;
  /** Of an SDK that was loaded before us, by `--require` say. */
  #othersProvider: FlushableProvider | undefined;
  #api: typeof Api | undefined;
  #tracer: Api.Tracer | undefined;

  constructor(settings: TracesSettings, log: Log) {
    this.#settings = settings;
    this.#log = log;
  }

  start(): Promise<void> {
    return this.#start();
  }

  stop(deadline: Deadline): Promise<void> {
    return this.#flush(deadline);
  }

  began(request: TracedRequest): RequestSpan | undefined {
    const api = this.#api;
    if (this.#othersProvider) {
      const active = api?.trace.getActiveSpan();
      return active && { traceId: active.spanContext().traceId, ended: () => {} };
    }
    const parent = api?.propagation.extract(api.ROOT_CONTEXT, request.headers);
    const options = { kind: api?.SpanKind.SERVER ?? 1, attributes: attributesOf(request) };
    const span = this.#tracer?.startSpan(nameFor(request.method), options, parent);
    return span && { traceId: span.spanContext().traceId, ended: (exchange) => endSpan(span, exchange) };
  }

  async #start(): Promise<void> {
    const api = optional<typeof Api>('@opentelemetry/api');
    this.#othersProvider = api && registeredProvider(api);
    if (this.#othersProvider) {
      // Its instrumentation of node:http has a server span for each request already.
      this.#api = api;
      this.#log.info('traces: an OpenTelemetry SDK is at work already, and no spans are added to its own');
      return;
    }
    const sdk = optional<typeof Sdk>('@opentelemetry/sdk-node');
    if (!api || !sdk) {
      this.#log.warn('no traces: OTEL_* is set, and @opentelemetry/sdk-node is not installed');
      return;
    }
    const { serviceName, alsoMetrics, alsoLogs } = this.#settings;
    this.#sdk = new sdk.NodeSDK({
      instrumentations: [],
      ...(serviceName !== undefined && { serviceName }),
      ...(!alsoMetrics && { metricReaders: [] }),
      ...(!alsoLogs && { logRecordProcessors: [] }),
    });
    this.#sdk.start();
    this.#api = api;
    this.#tracer = api.trace.getTracer('lastcall');
  }

  async #flush(deadline: Deadline): Promise<void> {
    const withinMs = Math.min(TIME_BUDGET.lastSpansMs, deadline.remainingMs());
    const flushed = new AbortController();
    const late = sleep(withinMs, undefined, { signal: flushed.signal }).then(() => {
      throw new Error(`the collector did not take them within ${Math.round(withinMs)} ms`);
    });
    try {
      await Promise.race([this.#othersProvider?.forceFlush?.() ?? this.#sdk?.shutdown(), late]);
    } catch (error) {
      this.#log.warn('spans were lost', { err: error });
    } finally {
      flushed.abort();
    }
  }
}

/** By the conventions for HTTP server spans (opentelemetry.io/docs/specs/semconv/http/http-spans). */
function attributesOf({ method, path, query }: TracedRequest): Api.Attributes {
  const known = knownMethod(method);
  return {
    'http.request.method': known,
    'url.path': path,
    'url.scheme': URL_SCHEME,
    ...(query !== '' && { 'url.query': query }),
    ...(known === OTHER_METHOD && { 'http.request.method_original': method }),
  };
}

/** A span's name must not have values without number. */
function nameFor(method: string): string {
  const known = knownMethod(method);
  return known === OTHER_METHOD ? 'HTTP' : known;
}

function endSpan(span: Api.Span, { method, route, status }: Exchange): void {
  if (route !== undefined) span.updateName(`${nameFor(method)} ${route}`).setAttribute('http.route', route);
  span.setAttribute('http.response.status_code', status);
  const error = errorType(status);
  // 2 is ERROR; a 4xx is the client's error and no failure of the server's span.
  if (error !== undefined) span.setStatus({ code: 2 }).setAttribute('error.type', error);
  span.end();
}

interface FlushableProvider {
  forceFlush?(): Promise<void>;
}

/** What an SDK has registered for the whole process; undefined where none has. */
function registeredProvider(api: typeof Api): FlushableProvider | undefined {
  const proxy = api.trace.getTracerProvider() as { getDelegate?(): object };
  const provider = proxy.getDelegate?.() ?? proxy;
  // The API's own placeholder has nothing to flush.
  return 'forceFlush' in provider ? (provider as FlushableProvider) : undefined;
}

function optional<T>(name: string): T | undefined {
  try {
    return require(name) as T;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}
