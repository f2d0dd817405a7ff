import type { EmbeddedPostgres } from '../adapters/embedded-postgres/embedded-postgres';
import type { DrainingServer, MetricsServer } from '../adapters/http-server';
import type { ServiceMetrics } from '../adapters/observability/metrics/service-metrics';
import type { OpenTelemetry } from '../adapters/observability/open-telemetry';
import type { PinoLog } from '../adapters/observability/pino-log';
import type { PostgresDatabase } from '../adapters/postgres/connection/postgres-database';
import type { PostgresSchema } from '../adapters/postgres/migrations/postgres-schema';
import type { BatchJobRepository } from '../application/intake/batch-store';
import type { GroupCommit } from '../application/intake/batch-writer';
import type { IdempotencyExpiry } from '../application/intake/idempotency-expiry';
import type { IdempotencyKeys } from '../application/intake/idempotency-keys';
import type { JobService } from '../application/jobs/job-service';
import type { Clock } from '../application/ports/clock';
import type { DatabaseLocation } from '../application/ports/database-location';
import type { JobIdGenerator } from '../application/ports/id-generator';
import type { Lifecycle } from '../domain/lifecycle/lifecycle';
import { token } from './registry';

/** What the wiring calls things. A component's token bears the component's own name. */
export const TOKENS = {
  log: token<PinoLog>('log'),
  serviceMetrics: token<ServiceMetrics>('service-metrics'),
  metricsServer: token<MetricsServer>('metrics-server'),
  metrics: token<ServiceMetrics>('metrics'),
  openTelemetry: token<OpenTelemetry>('open-telemetry'),
  lifecycle: token<Lifecycle>('lifecycle'),
  clock: token<Clock>('clock'),
  jobIds: token<JobIdGenerator>('job-ids'),
  embeddedPostgres: token<EmbeddedPostgres>('embedded-postgres'),
  databaseLocation: token<DatabaseLocation>('database-location'),
  database: token<PostgresDatabase>('postgres-pool'),
  schema: token<PostgresSchema>('postgres-schema'),
  jobRepository: token<BatchJobRepository>('job-repository'),
  idempotencyKeys: token<IdempotencyKeys>('idempotency-keys'),
  idempotencyExpiry: token<IdempotencyExpiry>('idempotency-expiry'),
  groupCommit: token<GroupCommit>('group-commit'),
  jobService: token<JobService>('job-service'),
  cancellation: token<AbortController>('cancellation'),
  httpServer: token<DrainingServer>('http-server'),
};
