import { type IdempotencyKey, parseIdempotencyKey } from '../domain/idempotency-key';
import { type Job, parseJobId, parseJobName } from '../domain/job';
import type { Clock } from './ports/clock';
import type { JobIdGenerator } from './ports/job-id-generator';
import type { JobRepository, StoredJob } from './ports/job-repository';

/** What a client asks for, as it was sent: nothing in it has been checked. */
export interface SubmitJob {
  readonly name: unknown;
  readonly idempotencyKey?: string | undefined;
}

/** Takes jobs in, and reads them back. */
export class JobService {
  readonly #repository: JobRepository;
  readonly #ids: JobIdGenerator;
  readonly #clock: Clock;

  constructor(repository: JobRepository, ids: JobIdGenerator, clock: Clock) {
    this.#repository = repository;
    this.#ids = ids;
    this.#clock = clock;
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
    return this.#repository.store({ job, idempotencyKey }, signal);
  }

  /**
   * The job with this id, or undefined.
   * @throws {InvalidJob} when `id` is not one.
   */
  async find(id: string): Promise<Job | undefined> {
    return this.#repository.find(parseJobId(id));
  }
}

function optionalKey(header: string | undefined): IdempotencyKey | undefined {
  return header === undefined ? undefined : parseIdempotencyKey(header);
}
