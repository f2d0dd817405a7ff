/** One figure of a family, told from its siblings by its labels. */
export interface Sample {
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
  /** Where it is not the family's own: `..._bucket`, `..._sum`, `..._count`. */
  readonly metricName?: string;
}

/** What Prometheus calls a metric: a name, a meaning, and a figure for each combination of labels. */
export interface MetricFamily {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  /** Read at each scrape. */
  samples(): readonly Sample[];
}

export function counter(name: string, help: string, samples: () => readonly Sample[]): MetricFamily {
  return { name, help, type: 'counter', samples };
}

export function gauge(name: string, help: string, samples: () => readonly Sample[]): MetricFamily {
  return { name, help, type: 'gauge', samples };
}

/** A figure without labels. */
export function single(value: number): readonly Sample[] {
  return [{ labels: {}, value }];
}

/** One sample for each entry, under the label `label`. */
export function labelled(label: string, values: Readonly<Record<string, number>>): readonly Sample[] {
  return Object.entries(values).map(([name, value]) => ({ labels: { [label]: name }, value }));
}
