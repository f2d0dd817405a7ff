import type Router from '@koa/router';
import type { JobService } from '../../../application/jobs/job-service';
import { readJsonObject } from '../edge/json-body';
import { respondJson } from '../edge/json-response';
import { RequestError } from '../edge/request-error';

/**
 * `POST /work` stores a job, `GET /work/:id` reads one back.
 *
 * `cancellation` aborts at the end of the drain: what is not committed by then is given up, and answered 503.
 */
export function workRoutes(router: Router, jobs: JobService, cancellation: AbortSignal): void {
  router.post('/work', async (ctx) => {
    const { name } = await readJsonObject(ctx);
    // Not by ctx.get: to that, an empty key is none at all.
    const idempotencyKey = ctx.req.headers['idempotency-key']?.toString();
    const { job, replayed } = await jobs.submit({ name, idempotencyKey }, cancellation);
    ctx.set('Location', `/work/${job.id}`);
    if (replayed) ctx.set('Idempotent-Replayed', 'true');
    respondJson(ctx, 201, { id: job.id, name: job.name });
  });

  router.get('/work/:id', async (ctx) => {
    const job = await jobs.find(ctx.params.id ?? '', cancellation);
    if (!job) throw new RequestError(404, 'job_not_found', 'There is no job with this id.');
    respondJson(ctx, 200, { id: job.id, name: job.name });
  });
}
