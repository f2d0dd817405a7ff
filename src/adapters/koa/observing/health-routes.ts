import type { Lifecycle } from '../../../domain/lifecycle/lifecycle';
import { json } from '../edge/openapi-parts';
import { type Route, type RouteGroup, respondJson } from '../edge/routes';

/** Asks something the service depends on whether it answers. Rejects, within a bound of its own, when it does not. */
export interface ReadinessProbe {
  check(): Promise<void>;
}

/**
 * Three questions that are easily mixed up:
 * - `/health`: should a load balancer send traffic? 503 from the instant a shutdown has begun.
 * - `/livez`: can the process answer at all? 200, during the drain too: a restart would not help.
 * - `/readyz`: can it do its work now? 200 only when it is ready and the store answers.
 */
export function healthRoutes(lifecycle: Lifecycle, store: ReadinessProbe): RouteGroup {
  const probe = (
    path: string,
    [operationId, summary]: readonly [string, string],
    statusNow: () => string | Promise<string>,
    unhealthy: readonly string[] = [],
  ): Route => ({
    method: 'get',
    path,
    isProbe: true,
    handle: async (ctx) => {
      const status = await statusNow();
      respondJson(ctx, status === 'ok' ? 200 : 503, { status });
    },
    operation: {
      operationId,
      summary,
      responses: {
        200: status('Yes.', ['ok']),
        ...(unhealthy.length > 0 && { 503: status('No.', unhealthy) }),
      },
    },
  });
  return {
    tag: 'Health',
    routes: [
      probe(
        '/health',
        ['health', 'Should a load balancer send traffic?'],
        () => (lifecycle.shuttingDown ? 'shutting_down' : 'ok'),
        ['shutting_down'],
      ),
      probe('/livez', ['live', 'Does the process answer at all?'], () => 'ok'),
      probe('/readyz', ['ready', 'Can it do its work now?'], () => readiness(lifecycle, store), [
        'shutting_down',
        'starting',
        'database_unavailable',
      ]),
    ],
  };
}

async function readiness(lifecycle: Lifecycle, store: ReadinessProbe): Promise<string> {
  if (lifecycle.shuttingDown) return 'shutting_down';
  if (lifecycle.phase !== 'ready') return lifecycle.phase;
  try {
    await store.check();
    return 'ok';
  } catch {
    return 'database_unavailable';
  }
}

function status(description: string, values: readonly string[]): object {
  return json(description, {
    type: 'object',
    required: ['status'],
    additionalProperties: false,
    properties: { status: { enum: values } },
  });
}
