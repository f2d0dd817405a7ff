import type { LifecycleEvent } from '../../../application/lifecycle/lifecycle-observer';
import type { MetricsPage } from '../../../application/ports/metrics-page';
import { ConnectionMetrics } from './connection-metrics';
import { DrainMetrics } from './drain-metrics';
import { HttpRequestMetrics } from './http-request-metrics';
import { JobMetrics } from './job-metrics';
import { LifecycleMetrics } from './lifecycle-metrics';
import { type PrometheusText, prometheusText } from './prometheus-text';

/** Everything that is counted. It uses nothing, so that everything can report to it and be stopped before it. */
export class ServiceMetrics implements MetricsPage {
  readonly requests = new HttpRequestMetrics();
  readonly jobs = new JobMetrics();
  readonly connections = new ConnectionMetrics();
  readonly lifecycle = new LifecycleMetrics();
  readonly drain = new DrainMetrics();
  #text: PrometheusText | undefined;

  readonly observe = (event: LifecycleEvent): void => {
    this.lifecycle.observe(event);
    this.drain.observe(event);
  };

  async render(): Promise<{ contentType: string; text: string }> {
    this.#text ??= prometheusText(
      [this.requests, this.jobs, this.connections, this.lifecycle, this.drain].flatMap((part) =>
        part.families(),
      ),
    );
    return { contentType: this.#text.contentType, text: await this.#text.text() };
  }
}
