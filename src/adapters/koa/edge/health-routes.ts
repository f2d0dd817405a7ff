import type Router from '@koa/router';
import type { ReadinessProbe } from '../../../application/ports/readiness-probe';
import type { Lifecycle } from '../../../domain/lifecycle/lifecycle';
import { respondJson } from './json-response';

/**
 * Three questions that are easily mixed up:
 * - `/health`: should a load balancer send traffic? 503 from the instant a shutdown has begun.
 * - `/livez`: can the process answer at all? 200, during the drain too: a restart would not help.
 * - `/readyz`: can it do its work now? 200 only when it is ready and the database answers.
 */
export function healthRoutes(router: Router, lifecycle: Lifecycle, database: ReadinessProbe): void {
  router.get('/health', (ctx) => {
    if (lifecycle.shuttingDown) respondJson(ctx, 503, { status: 'shutting_down' });
    else respondJson(ctx, 200, { status: 'ok' });
  });

  router.get('/livez', (ctx) => {
    respondJson(ctx, 200, { status: 'ok' });
  });

  router.get('/readyz', async (ctx) => {
    const status = await readiness(lifecycle, database);
    respondJson(ctx, status === 'ok' ? 200 : 503, { status });
  });
}

async function readiness(lifecycle: Lifecycle, database: ReadinessProbe): Promise<string> {
  if (lifecycle.shuttingDown) return 'shutting_down';
  if (lifecycle.phase !== 'ready') return lifecycle.phase;
  try {
    await database.check();
    return 'ok';
  } catch {
    return 'database_unavailable';
  }
}
