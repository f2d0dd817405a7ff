import { Distribution } from './distribution';
import { counter, gauge, type MetricFamily, type Sample } from './metric-family';

const BATCH_SIZE = 'lastcall_commit_batch_size';
const COMMIT_DURATION = 'lastcall_commit_duration_seconds';
const COMMIT_BOUNDS_SECONDS = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
];
const BATCH_BOUNDS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];

/** What was taken in of each resource, and the commits that stored it. */
export class IntakeMetrics {
  readonly #resources = new Map<string, ResourceMetrics>();

  /** @param resource in the plural and in snake_case, as it stands in the metrics' names and labels */
  of(resource: string): ResourceMetrics {
    const known = this.#resources.get(resource) ?? new ResourceMetrics(resource);
    this.#resources.set(resource, known);
    return known;
  }

  families(): readonly MetricFamily[] {
    const all = [...this.#resources.values()];
    const each = (of: (resource: ResourceMetrics) => readonly Sample[]) => () => all.flatMap(of);
    return [
      ...all.flatMap((resource) => resource.families()),
      {
        name: BATCH_SIZE,
        help: 'Submissions in one statement.',
        type: 'histogram',
        samples: each(({ labels, batchSizes }) => batchSizes.samples(BATCH_SIZE, labels)),
      },
      {
        name: COMMIT_DURATION,
        help: 'Time that one statement took, its commit included.',
        type: 'histogram',
        samples: each(({ labels, commitSeconds }) => commitSeconds.samples(COMMIT_DURATION, labels)),
      },
      gauge(
        'lastcall_commit_waiting_submissions',
        'Submissions that wait for a free statement.',
        each((resource) => [{ labels: resource.labels, value: resource.waiting }]),
      ),
      gauge(
        'lastcall_commit_active_statements',
        'Statements that store submissions at this moment.',
        each((resource) => [{ labels: resource.labels, value: resource.underWay }]),
      ),
    ];
  }
}

/** The figures of one resource. */
export class ResourceMetrics {
  readonly labels: Readonly<Record<string, string>>;
  readonly batchSizes = new Distribution(BATCH_BOUNDS);
  readonly commitSeconds = new Distribution(COMMIT_BOUNDS_SECONDS);
  readonly #resource: string;
  #created = 0;
  #replayed = 0;
  #readCommits = () => ({ waiting: 0, underWay: 0 });

  constructor(resource: string) {
    this.#resource = resource;
    this.labels = { resource };
  }

  readonly stored = ({ replayed }: { readonly replayed: boolean }): void => {
    if (replayed) this.#replayed += 1;
    else this.#created += 1;
  };

  readonly committed = ({ size, tookMs }: { readonly size: number; readonly tookMs: number }): void => {
    this.batchSizes.observe(size);
    this.commitSeconds.observe(tookMs / 1000);
  };

  /** `read` is asked at each scrape. */
  watchCommits(read: () => { waiting: number; underWay: number }): void {
    this.#readCommits = read;
  }

  get waiting(): number {
    return this.#readCommits().waiting;
  }

  get underWay(): number {
    return this.#readCommits().underWay;
  }

  families(): readonly MetricFamily[] {
    const resource = this.#resource;
    const single = (value: number) => [{ labels: {}, value }];
    return [
      counter(`lastcall_${resource}_created_total`, `Rows of ${resource} that have been committed.`, () =>
        single(this.#created),
      ),
      counter(
        `lastcall_${resource}_replayed_total`,
        `Submissions of ${resource} answered with the outcome of an earlier one.`,
        () => single(this.#replayed),
      ),
    ];
  }
}
