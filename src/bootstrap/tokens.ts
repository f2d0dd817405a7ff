import type { EmbeddedPostgres } from '../adapters/embedded-postgres/embedded-postgres';
import type { DrainingServer } from '../adapters/http/draining/draining-server';
import type { MetricsServer } from '../adapters/http/metrics-server';
import type { ServiceMetrics } from '../adapters/observability/metrics/service-metrics';
import type { OpenTelemetry } from '../adapters/observability/open-telemetry';
import type { PinoLog } from '../adapters/observability/pino-log';
import type { PostgresDatabase } from '../adapters/postgres/postgres-database';
import type { PostgresSchema } from '../adapters/postgres/postgres-schema';
import type { GroupCommit } from '../application/group-commit';
import type { IdempotencyExpiry } from '../application/idempotency-expiry';
import type { JobService } from '../application/job-service';
import type { BatchJobRepository } from '../application/ports/batch-job-repository';
import type { Clock } from '../application/ports/clock';
import type { DatabaseLocation } from '../application/ports/database-location';
import type { IdempotencyKeys } from '../application/ports/idempotency-keys';
import type { JobIdGenerator } from '../application/ports/job-id-generator';
import type { Lifecycle } from '../domain/lifecycle';
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
