import { type IdempotencyKey, parseIdempotencyKey } from '../../domain/intake/idempotency-key';
import { type Job, parseJobId, parseJobName } from '../../domain/jobs/job';
import type { Clock } from '../ports/clock';
import type { JobIdGenerator } from '../ports/id-generator';
import type { JobRepository, StoredJob } from './job-repository';

/** What a client asks for, as it was sent: nothing in it has been checked. */
export interface SubmitJob {
  readonly name: unknown;
  readonly idempotencyKey?: string | undefined;
}

/** Is told of every job that has been stored. Must not throw. */
export type JobObserver = (stored: StoredJob) => void;

/** Takes jobs in, and reads them back. */
export class JobService {
  readonly #repository: JobRepository;
  readonly #ids: JobIdGenerator;
  readonly #clock: Clock;
  readonly #observe: JobObserver;

  constructor(repository: JobRepository, ids: JobIdGenerator, clock: Clock, observe: JobObserver = () => {}) {
    this.#repository = repository;
    this.#ids = ids;
    this.#clock = clock;
    this.#observe = observe;
  }

  /**
   * Stores a job, and resolves once it is committed. `signal` gives the job up: see {@link JobRepository}.
   * @throws {InvalidJob} {@link InvalidIdempotencyKey} before anything was stored, and all that
   *   {@link JobRepository.store} throws.
   */
  async submit(command: SubmitJob, signal: AbortSignal): Promise<StoredJob> {
    const name = parseJobName(command.name);
    const idempotencyKey = optionalKey(command.idempotencyKey);
    const job: Job = { id: this.#ids.next(), name, createdAt: this.#clock.now() };
    const stored = await this.#repository.store({ job, idempotencyKey }, signal);
    this.#observe(stored);
    return stored;
  }

  /**
   * The job with this id, or undefined. `signal` gives up looking for it.
   * @throws {InvalidJob} when `id` is not one, and all that {@link JobRepository.find} throws.
   */
  async find(id: string, signal: AbortSignal): Promise<Job | undefined> {
    return this.#repository.find(parseJobId(id), signal);
  }
}

function optionalKey(header: string | undefined): IdempotencyKey | undefined {
  return header === undefined ? undefined : parseIdempotencyKey(header);
}
