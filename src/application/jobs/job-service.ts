import { claimOf } from '../../domain/intake/idempotency-key';
import {
  JOB_SCOPE,
  type Job,
  type JobId,
  jobFingerprint,
  parseJobId,
  parseJobName,
} from '../../domain/jobs/job';
import type { BatchReader } from '../intake/batch-reader';
import type { BatchWriter } from '../intake/batch-writer';
import type { Stored, Submission } from '../intake/repository';
import type { Clock } from '../ports/clock';
import type { IdGenerator } from '../ports/id-generator';

/** What a client asks for, as it was sent: nothing in it has been checked. */
export interface SubmitJob {
  readonly name: unknown;
  readonly idempotencyKey?: string | undefined;
}

/** What the service needs. */
export interface JobServiceOptions {
  readonly writer: Pick<BatchWriter<Submission<Job>, Stored<Job>>, 'write'>;
  readonly reader: Pick<BatchReader<Job>, 'find'>;
  readonly ids: IdGenerator;
  readonly clock: Clock;
  /** Is told of every job that has been stored. Must not throw. */
  readonly observe?: (stored: Stored<Job>) => void;
}

/** Takes jobs in, and reads them back. */
export class JobService {
  readonly #options: JobServiceOptions;

  constructor(options: JobServiceOptions) {
    this.#options = options;
  }

  /**
   * Stores a job, and resolves once it is committed. `signal` gives the job up.
   * @throws {InvalidJob} {@link InvalidIdempotencyKey} before anything was stored, and all that
   *   {@link BatchWriter.write} throws.
   */
  async submit(command: SubmitJob, signal: AbortSignal): Promise<Stored<Job>> {
    const { writer, ids, clock, observe } = this.#options;
    const name = parseJobName(command.name);
    const claim = claimOf(command.idempotencyKey, JOB_SCOPE, jobFingerprint({ name }));
    const job: Job = { id: ids.next() as JobId, name, createdAt: clock.now() };
    const stored = await writer.write({ resource: job, claim }, signal);
    observe?.(stored);
    return stored;
  }

  /**
   * The job with this id, or undefined. `signal` gives up looking for it.
   * @throws {InvalidJob} when `id` is not one, and all that {@link BatchReader.find} throws.
   */
  async find(id: string, signal: AbortSignal): Promise<Job | undefined> {
    return this.#options.reader.find(parseJobId(id), signal);
  }
}
