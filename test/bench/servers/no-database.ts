// The service's own HTTP side on a repository that keeps nothing: the ceiling that a free database would give.
import { DrainingServer } from '../../../src/adapters/http/draining/draining-server';
import { koaApp } from '../../../src/adapters/http/koa-app';
import { standardOutput } from '../../../src/adapters/observability/log-destination';
import { PinoLog } from '../../../src/adapters/observability/pino-log';
import { SystemClock } from '../../../src/adapters/system/system-clock';
import { UuidJobIds } from '../../../src/adapters/system/uuid-job-ids';
import { JobService } from '../../../src/application/job-service';
import type { JobRepository } from '../../../src/application/ports/job-repository';
import { Lifecycle } from '../../../src/domain/lifecycle';

const log = new PinoLog('info', standardOutput(false));
const nowhere: JobRepository = {
  store: async ({ job }) => ({ job, replayed: false }),
  find: async () => undefined,
};
const lifecycle = new Lifecycle();
const app = koaApp({
  jobs: new JobService(nowhere, new UuidJobIds(), new SystemClock()),
  lifecycle,
  database: { check: async () => {} },
  cancellation: new AbortController().signal,
  log,
});
const server = new DrainingServer({
  handler: app.callback(),
  target: { kind: 'address', port: Number(process.env.PORT) },
  lingerMs: 0,
  log,
  cancel: () => {},
});
void server.start(new AbortController().signal).then(() => lifecycle.moveTo('ready'));
