import type Router from '@koa/router';
import type { MetricsPage } from '../../../application/ports/metrics-page';

/** `GET /metrics`, for Prometheus. */
export function metricsRoutes(router: Router, page: MetricsPage): void {
  router.get('/metrics', async (ctx) => {
    const { contentType, text } = await page.render();
    ctx.set('Content-Type', contentType);
    ctx.body = text;
  });
}
