import type { EmbeddedPostgres } from '../adapters/embedded-postgres/embedded-postgres';
import type { DrainingServer } from '../adapters/http-server';
import type { ProblemCatalogue } from '../adapters/koa/edge/problem';
import type { RouteGroup } from '../adapters/koa/edge/routes';
import type { ReadinessProbe } from '../adapters/koa/observing/health-routes';
import type { InMemoryIdempotencyKeys } from '../adapters/memory/in-memory-repository';
import type { ServiceMetrics } from '../adapters/observability/metrics/service-metrics';
import type { OpenTelemetry } from '../adapters/observability/open-telemetry';
import type { PinoLog } from '../adapters/observability/pino-log';
import type { DatabaseLocation } from '../adapters/postgres/connection/database-location';
import type { PostgresPool } from '../adapters/postgres/connection/postgres-pool';
import type { PostgresSchema } from '../adapters/postgres/migrations/postgres-schema';
import type { IdempotencyExpiry } from '../application/intake/idempotency-expiry';
import type { IdempotencyKeys } from '../application/intake/idempotency-keys';
import type { Clock } from '../application/ports/clock';
import type { IdGenerator } from '../application/ports/id-generator';
import type { Lifecycle } from '../domain/lifecycle/lifecycle';
import { token } from './registry';

/** All routes of the service, and their description. */
export interface Api {
  readonly groups: readonly RouteGroup[];
  /** The OpenAPI document. */
  readonly document: () => object;
}

/** What the wiring calls the parts of the runtime. A component's token bears the component's own name; a module has its own. */
export const TOKENS = {
  log: token<PinoLog>('log'),
  metrics: token<ServiceMetrics>('metrics'),
  metricsServer: token<DrainingServer>('metrics-server'),
  openTelemetry: token<OpenTelemetry>('open-telemetry'),
  lifecycle: token<Lifecycle>('lifecycle'),
  clock: token<Clock>('clock'),
  ids: token<IdGenerator>('ids'),
  cancellation: token<AbortController>('cancellation'),
  problems: token<ProblemCatalogue>('problems'),
  embeddedPostgres: token<EmbeddedPostgres>('embedded-postgres'),
  databaseLocation: token<DatabaseLocation>('database-location'),
  pool: token<PostgresPool>('postgres-pool'),
  schema: token<PostgresSchema>('postgres-schema'),
  memory: token<InMemoryIdempotencyKeys>('memory'),
  readiness: token<ReadinessProbe>('readiness'),
  idempotencyKeys: token<IdempotencyKeys>('idempotency-keys'),
  idempotencyExpiry: token<IdempotencyExpiry>('idempotency-expiry'),
  api: token<Api>('api'),
  httpServer: token<DrainingServer>('http-server'),
};
