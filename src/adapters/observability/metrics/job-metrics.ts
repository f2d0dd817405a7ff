import { Distribution } from './distribution';
import { counter, gauge, type MetricFamily, single } from './metric-family';

const BATCH_SIZE = 'lastcall_commit_batch_size';
const COMMIT_DURATION = 'lastcall_commit_duration_seconds';
const COMMIT_BOUNDS_SECONDS = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
];
const BATCH_BOUNDS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];

/** Jobs taken in, and the commits that stored them. */
export class JobMetrics {
  #created = 0;
  #replayed = 0;
  readonly #batchSizes = new Distribution(BATCH_BOUNDS);
  readonly #commitSeconds = new Distribution(COMMIT_BOUNDS_SECONDS);
  #readCommits = () => ({ waiting: 0, underWay: 0 });

  readonly stored = ({ replayed }: { readonly replayed: boolean }): void => {
    if (replayed) this.#replayed += 1;
    else this.#created += 1;
  };

  readonly committed = ({ size, tookMs }: { readonly size: number; readonly tookMs: number }): void => {
    this.#batchSizes.observe(size);
    this.#commitSeconds.observe(tookMs / 1000);
  };

  /** `read` is asked at each scrape. */
  watchCommits(read: () => { waiting: number; underWay: number }): void {
    this.#readCommits = read;
  }

  families(): readonly MetricFamily[] {
    return [
      counter('lastcall_jobs_created_total', 'Jobs whose row has been committed.', () =>
        single(this.#created),
      ),
      counter('lastcall_jobs_replayed_total', 'Submissions answered with the job of an earlier one.', () =>
        single(this.#replayed),
      ),
      {
        name: BATCH_SIZE,
        help: 'Submissions in one statement.',
        type: 'histogram',
        samples: () => this.#batchSizes.samples(BATCH_SIZE),
      },
      {
        name: COMMIT_DURATION,
        help: 'Time that one statement took, its commit included.',
        type: 'histogram',
        samples: () => this.#commitSeconds.samples(COMMIT_DURATION),
      },
      gauge('lastcall_commit_waiting_submissions', 'Submissions that wait for a free statement.', () =>
        single(this.#readCommits().waiting),
      ),
      gauge('lastcall_commit_active_statements', 'Statements that store jobs at this moment.', () =>
        single(this.#readCommits().underWay),
      ),
    ];
  }
}
