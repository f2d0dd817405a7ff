import type { LifecycleEvent } from '../../../application/lifecycle/lifecycle-observer';
import { ConnectionMetrics } from './connection-metrics';
import { DrainMetrics } from './drain-metrics';
import { HttpRequestMetrics } from './http-request-metrics';
import { IntakeMetrics } from './intake-metrics';
import { LifecycleMetrics } from './lifecycle-metrics';
import type { MetricFamily } from './metric-family';
import { type PrometheusText, prometheusText } from './prometheus-text';

/** Everything that is counted. It uses nothing, so that everything can report to it and be stopped before it. */
export class ServiceMetrics {
  readonly requests = new HttpRequestMetrics();
  readonly intake = new IntakeMetrics();
  readonly connections = new ConnectionMetrics();
  readonly lifecycle = new LifecycleMetrics();
  readonly drain = new DrainMetrics();
  readonly #further: MetricFamily[] = [];
  #text: PrometheusText | undefined;

  readonly observe = (event: LifecycleEvent): void => {
    this.lifecycle.observe(event);
    this.drain.observe(event);
  };

  /** Adds families; before the first page is rendered. */
  add(...families: readonly MetricFamily[]): void {
    this.#further.push(...families);
  }

  async render(): Promise<{ contentType: string; text: string }> {
    this.#text ??= prometheusText(this.families());
    return { contentType: this.#text.contentType, text: await this.#text.text() };
  }

  families(): readonly MetricFamily[] {
    const parts = [this.requests, this.intake, this.connections, this.lifecycle, this.drain];
    return [...parts.flatMap((part) => part.families()), ...this.#further];
  }
}
