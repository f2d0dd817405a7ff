import { answer } from '../edge/openapi-parts';
import type { RouteGroup } from '../edge/routes';

/**
 * The figures of the service at this moment, in the format of whoever collects them. May be asked at any time, from the
 * start to the end of the drain, and by several at once. Rejects when a figure cannot be read; the next one asks anew.
 */
export interface MetricsPage {
  render(): Promise<{ readonly contentType: string; readonly text: string }>;
}

/** `GET /metrics`, for Prometheus. */
export function metricsRoutes(page: MetricsPage): RouteGroup {
  return {
    tag: 'Operations',
    routes: [
      {
        method: 'get',
        path: '/metrics',
        isProbe: true,
        handle: async (ctx) => {
          const { contentType, text } = await page.render();
          ctx.set('Content-Type', contentType);
          ctx.body = text;
        },
        operation: {
          operationId: 'metrics',
          summary: 'Figures for Prometheus.',
          responses: { 200: answer('The figures.', ['text/plain'], { type: 'string' }) },
        },
      },
    ],
  };
}
