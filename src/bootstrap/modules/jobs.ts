import { JOB_PROBLEMS, workRoutes } from '../../adapters/koa/jobs/work-routes';
import { JOBS_TABLE } from '../../adapters/postgres/jobs/jobs-table';
import { BatchReader } from '../../application/intake/batch-reader';
import { BatchWriter } from '../../application/intake/batch-writer';
import type { Repository, Stored, Submission } from '../../application/intake/repository';
import { JobService } from '../../application/jobs/job-service';
import type { Job } from '../../domain/jobs/job';
import { defineModule } from '../module';
import { token } from '../registry';
import { TOKENS as T } from '../tokens';

const REPOSITORY = token<Repository<Job>>('job-repository');
const WRITER = token<BatchWriter<Submission<Job>, Stored<Job>>>('job-writer');
const SERVICE = token<JobService>('job-service');

/** Jobs: `POST /work` and `GET /work/:id`. */
export const jobs = defineModule('jobs', ({ config, provide, component, routes, problems, repository }) => {
  repository(REPOSITORY, JOBS_TABLE);
  component(WRITER, (use) => {
    const metrics = use(T.metrics).intake.of('jobs');
    const writer = new BatchWriter(WRITER.name, use(REPOSITORY), config.intake, metrics.committed);
    metrics.watchCommits(() => writer.counts());
    return writer;
  });
  provide(
    SERVICE,
    (use) =>
      new JobService({
        writer: use(WRITER),
        reader: new BatchReader(use(REPOSITORY), config.intake.queueMax),
        ids: use(T.ids),
        clock: use(T.clock),
        observe: use(T.metrics).intake.of('jobs').stored,
      }),
  );
  routes((use) => workRoutes(use(SERVICE), use(T.cancellation).signal));
  problems(JOB_PROBLEMS);
});
