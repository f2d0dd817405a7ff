import type * as PromClient from 'prom-client';
import type { MetricFamily } from './metric-family';

/** Prints metric families in the Prometheus text format, with prom-client's own of Node and the process. */
export interface PrometheusText {
  readonly contentType: string;
  text(): Promise<string>;
}

/**
 * Loads prom-client now: 70 to 90 ms of CPU on the event loop, which is why the first scrape does it and not the start.
 * Event-loop delay and garbage collection count from then on.
 */
export function prometheusText(families: readonly MetricFamily[]): PrometheusText {
  const { collectDefaultMetrics, Registry } = require('prom-client') as typeof PromClient;
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  for (const family of families) registry.registerMetric(asMetric(family));
  return { contentType: registry.contentType, text: () => registry.metrics() };
}

/** The registry asks a metric for nothing but its name and `get`. */
function asMetric(family: MetricFamily): PromClient.Metric {
  const { name, help, type } = family;
  const metric = { name, help, type, get: async () => ({ name, help, type, values: family.samples() }) };
  return metric as unknown as PromClient.Metric;
}
