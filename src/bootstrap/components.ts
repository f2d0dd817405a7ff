import { setMaxListeners } from 'node:events';
import { DrainingServer } from '../adapters/http-server';
import { docsRoutes } from '../adapters/koa/docs/docs-routes';
import { openApiDocument } from '../adapters/koa/docs/openapi-document';
import { EDGE_PROBLEMS } from '../adapters/koa/edge/edge-problems';
import { ProblemCatalogue } from '../adapters/koa/edge/problem';
import { refusalProblem } from '../adapters/koa/edge/refusal-problem';
import type { RouteGroup } from '../adapters/koa/edge/routes';
import { koaApp } from '../adapters/koa/koa-app';
import { healthRoutes } from '../adapters/koa/observing/health-routes';
import { metricsRoutes } from '../adapters/koa/observing/metrics-routes';
import { standardOutput } from '../adapters/observability/log-destination';
import { ServiceMetrics } from '../adapters/observability/metrics/service-metrics';
import { OpenTelemetry } from '../adapters/observability/open-telemetry';
import { PinoLog } from '../adapters/observability/pino-log';
import { SystemClock } from '../adapters/system/system-clock';
import { Uuids } from '../adapters/system/uuids';
import { IdempotencyExpiry } from '../application/intake/idempotency-expiry';
import { Lifecycle } from '../domain/lifecycle/lifecycle';
import { TIME_BUDGET } from '../domain/lifecycle/time-budget';
import { API_INFO } from './api-info';
import type { Config } from './config';
import { observeHttpServer, observeMetricsServer } from './http-server-events';
import { type Collected, collect, type Module, requireDistinct } from './module';
import { MODULES } from './modules';
import { Registry, type Use } from './registry';
import { STORES } from './stores';
import { type Api, TOKENS as T } from './tokens';

/** The composition root: the runtime, and the modules that plug into it. The stop order follows from what uses what. */
export function components(config: Config, modules: readonly Module[] = MODULES): Registry {
  const registry = new Registry();
  const collected = collect(modules, config, registry);
  observing(registry, config, collected);
  basics(registry, collected);
  STORES[config.store.kind].register(registry, config, collected);
  intake(registry, config);
  http(registry, config, collected);
  registry.resolveAll();
  requireDistinct(
    'metrics',
    registry
      .get(T.metrics)
      .families()
      .map(({ name }) => name),
  );
  return registry;
}

function observing(registry: Registry, config: Config, { metrics }: Collected): void {
  const { metricsListen, traces } = config;
  registry.component(T.log, () => new PinoLog(config.logLevel, standardOutput(process.stdout.isTTY)));
  registry.provide(T.metrics, (use) => {
    // All that is measured can be scraped to the end of the drain.
    if (metricsListen) use.after(T.metricsServer);
    const all = new ServiceMetrics();
    all.add(...metrics);
    return all;
  });
  if (traces) registry.component(T.openTelemetry, (use) => new OpenTelemetry(traces, use(T.log)));
  if (!metricsListen) return;
  registry.component(T.metricsServer, (use) => {
    // Made at the first scrape: what is measured starts after this server.
    const page = { render: () => registry.get(T.metrics).render() };
    const app = koaApp({ groups: [metricsRoutes(page)], problems: use(T.problems), log: use(T.log) });
    return new DrainingServer({
      name: T.metricsServer.name,
      handler: app.callback(),
      target: metricsListen,
      lingerMs: 0,
      stopWithinMs: TIME_BUDGET.lastScrapeMs,
      isLossHarmless: true,
      refusalLook: refusalProblem(use(T.problems)),
      observer: observeMetricsServer(use(T.log)),
    });
  });
}

function basics(registry: Registry, { problems }: Collected): void {
  registry.provide(T.lifecycle, () => new Lifecycle());
  registry.provide(T.clock, () => new SystemClock());
  registry.provide(T.ids, () => new Uuids());
  registry.provide(T.cancellation, () => sharedAbortController());
  registry.provide(T.problems, () => new ProblemCatalogue([...problems, ...EDGE_PROBLEMS]));
}

function intake(registry: Registry, { idempotency }: Config): void {
  registry.component(
    T.idempotencyExpiry,
    (use) => new IdempotencyExpiry(use(T.idempotencyKeys), use(T.log), idempotency),
  );
}

function http(registry: Registry, config: Config, { routes }: Collected): void {
  registry.provide(T.api, (use) => apiOf(use, routes, config));
  registry.component(T.httpServer, (use) => {
    const cancellation = use(T.cancellation);
    const metrics = use(T.metrics);
    const problems = use(T.problems);
    const app = koaApp({
      groups: use(T.api).groups,
      problems,
      log: use(T.log),
      requests: metrics.requests,
      tracing: config.traces && use(T.openTelemetry),
    });
    const server = new DrainingServer({
      handler: app.callback(),
      target: config.listen,
      lingerMs: config.drain.lingerMs,
      limits: config.httpLimits,
      cancel: () => cancellation.abort(),
      refusalLook: refusalProblem(problems),
      observer: observeHttpServer(use(T.log), metrics.drain),
    });
    metrics.connections.watchClients(() => server.connectionCounts());
    return server;
  });
}

/** The routes of the modules, and those that every service has. */
function apiOf(use: Use, ofModules: Collected['routes'], { metricsListen }: Config): Api {
  const problems = use(T.problems);
  const groups = ofModules.map((factory) => factory(use));
  groups.push(healthRoutes(use(T.lifecycle), use(T.readiness)));
  if (!metricsListen) groups.push(metricsRoutes(use(T.metrics)));
  const document = () => openApiDocument(API_INFO, groups, problems);
  groups.push(docsRoutes(API_INFO.title, document));
  checkRoutes(groups, problems);
  return { groups, document };
}

/** @throws where two groups have one route, or one name for a part of the description, or a route a problem that nobody knows. */
function checkRoutes(groups: readonly RouteGroup[], problems: ProblemCatalogue): void {
  const routes = groups.flatMap((group) => group.routes);
  requireDistinct(
    'routes',
    routes.map(({ method, path }) => `${method} ${path}`),
  );
  requireDistinct(
    'operations',
    routes.map(({ operation }) => operation.operationId),
  );
  for (const part of ['schemas', 'headers', 'parameters'] as const)
    requireDistinct(
      part,
      groups.flatMap((group) => Object.keys(group[part] ?? {})),
    );
  for (const code of routes.flatMap(({ operation }) => operation.problems ?? [])) problems.type(code);
}

/** Aborted once, at the end of the drain. Every statement under way listens to it, which Node would take for a leak. */
function sharedAbortController(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}
