import { setMaxListeners } from 'node:events';
import { resolve } from 'node:path';
import { EmbeddedPostgres } from '../adapters/embedded-postgres/embedded-postgres';
import { DrainingServer, MetricsServer } from '../adapters/http-server';
import { refusalProblem } from '../adapters/koa/edge/refusal-problem';
import { koaApp } from '../adapters/koa/koa-app';
import { standardOutput } from '../adapters/observability/log-destination';
import { ServiceMetrics } from '../adapters/observability/metrics/service-metrics';
import { OpenTelemetry } from '../adapters/observability/open-telemetry';
import { PinoLog } from '../adapters/observability/pino-log';
import { PostgresDatabase } from '../adapters/postgres/connection/postgres-database';
import { KyselyIdempotencyKeys } from '../adapters/postgres/intake/kysely-idempotency-keys';
import { KyselyJobRepository } from '../adapters/postgres/jobs/kysely-job-repository';
import { PostgresSchema } from '../adapters/postgres/migrations/postgres-schema';
import { SystemClock } from '../adapters/system/system-clock';
import { UuidJobIds } from '../adapters/system/uuids';
import { GroupCommit } from '../application/intake/batch-writer';
import { IdempotencyExpiry } from '../application/intake/idempotency-expiry';
import { JobService } from '../application/jobs/job-service';
import { Lifecycle } from '../domain/lifecycle/lifecycle';
import type { Config } from './config';
import { observeHttpServer } from './http-server-events';
import { Registry } from './registry';
import { TOKENS as T } from './tokens';

/** The composition root: each part of the service, and what it uses. The stop order follows from this page. */
export function components(config: Config): Registry {
  const registry = new Registry();
  const { databaseUrl, metricsListen, traces } = config;

  registry.component(T.log, () => new PinoLog(config.logLevel, standardOutput(process.stdout.isTTY)));
  registry.component(T.serviceMetrics, () => new ServiceMetrics());
  if (metricsListen) {
    registry.component(
      T.metricsServer,
      (use) => new MetricsServer({ target: metricsListen, page: use(T.serviceMetrics), log: use(T.log) }),
    );
  }
  if (traces) registry.component(T.openTelemetry, (use) => new OpenTelemetry(traces, use(T.log)));
  // What is measured uses the server that shows it, where there is one: so that server stops after it.
  registry.component(T.metrics, (use) => {
    if (metricsListen) use(T.metricsServer);
    return use(T.serviceMetrics);
  });
  registry.component(T.lifecycle, () => new Lifecycle());
  registry.component(T.clock, () => new SystemClock());
  registry.component(T.jobIds, () => new UuidJobIds());
  registry.component(T.cancellation, () => sharedAbortController());

  if (databaseUrl === undefined) {
    registry.component(
      T.embeddedPostgres,
      (use) =>
        new EmbeddedPostgres({
          dataFolder: resolve(config.dataFolder),
          env: config.programEnvironment,
          log: use(T.log),
        }),
    );
    registry.component(T.databaseLocation, (use) => {
      const embedded = use(T.embeddedPostgres);
      return { url: () => embedded.url(), whenUp: (signal) => embedded.whenUp(signal) };
    });
  } else {
    registry.component(T.databaseLocation, () => ({
      url: () => databaseUrl,
      environment: config.databaseEnvironment,
    }));
  }
  registry.component(T.database, (use) => {
    const database = new PostgresDatabase(use(T.databaseLocation), config.postgres, use(T.log));
    use(T.metrics).connections.watchPool(() => database.counts());
    return database;
  });
  registry.component(T.schema, (use) => new PostgresSchema(use(T.database), use(T.log)));
  registry.component(T.jobRepository, (use) => {
    use(T.schema);
    return new KyselyJobRepository(use(T.database));
  });
  registry.component(T.groupCommit, (use) => {
    const { jobs } = use(T.metrics);
    const groupCommit = new GroupCommit(use(T.jobRepository), config.groupCommit, jobs.committed);
    jobs.watchCommits(() => groupCommit.counts());
    return groupCommit;
  });
  registry.component(T.idempotencyKeys, (use) => {
    use(T.schema);
    return new KyselyIdempotencyKeys(use(T.database));
  });
  registry.component(
    T.idempotencyExpiry,
    (use) => new IdempotencyExpiry(use(T.idempotencyKeys), use(T.log), config.idempotency),
  );
  registry.component(
    T.jobService,
    (use) => new JobService(use(T.groupCommit), use(T.jobIds), use(T.clock), use(T.metrics).jobs.stored),
  );
  registry.component(T.httpServer, (use) => {
    const cancellation = use(T.cancellation);
    const metrics = use(T.metrics);
    const app = koaApp({
      jobs: use(T.jobService),
      lifecycle: use(T.lifecycle),
      database: use(T.database),
      cancellation: cancellation.signal,
      log: use(T.log),
      requests: metrics.requests,
      tracing: traces && use(T.openTelemetry),
      metricsPage: metricsListen ? undefined : metrics,
    });
    const server = new DrainingServer({
      handler: app.callback(),
      target: config.listen,
      lingerMs: config.drain.lingerMs,
      limits: config.httpLimits,
      cancel: () => cancellation.abort(),
      refusalLook: refusalProblem,
      observer: observeHttpServer(use(T.log), metrics.drain),
    });
    metrics.connections.watchClients(() => server.connectionCounts());
    return server;
  });
  registry.resolveAll();
  return registry;
}

/** Aborted once, at the end of the drain. Every statement under way listens to it, which Node would take for a leak. */
function sharedAbortController(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}
