// The service's own HTTP side, with its metrics, on a repository that keeps nothing: what a free database would give.
require('reflect-metadata');
const { DrainingServer } = require('../../../dist/adapters/http/draining/draining-server');
const { koaApp } = require('../../../dist/adapters/http/koa-app');
const { standardOutput } = require('../../../dist/adapters/observability/log-destination');
const { ServiceMetrics } = require('../../../dist/adapters/observability/metrics/service-metrics');
const { PinoLog } = require('../../../dist/adapters/observability/pino-log');
const { SystemClock } = require('../../../dist/adapters/system/system-clock');
const { UuidJobIds } = require('../../../dist/adapters/system/uuid-job-ids');
const { JobService } = require('../../../dist/application/job-service');
const { Lifecycle } = require('../../../dist/domain/lifecycle');

const log = new PinoLog('info', standardOutput(false));
const metrics = new ServiceMetrics();
const lifecycle = new Lifecycle();
const nowhere = {
  store: async ({ job }) => ({ job, replayed: false }),
  find: async () => undefined,
};
const app = koaApp({
  jobs: new JobService(nowhere, new UuidJobIds(), new SystemClock(), metrics.jobs.stored),
  lifecycle,
  database: { check: async () => {} },
  cancellation: new AbortController().signal,
  log,
  requests: metrics.requests,
  metricsPage: metrics,
});
const server = new DrainingServer({
  handler: app.callback(),
  target: { kind: 'address', port: Number(process.env.PORT) },
  lingerMs: 0,
  log,
  cancel: () => {},
});
server.start(new AbortController().signal).then(() => lifecycle.moveTo('ready'));
