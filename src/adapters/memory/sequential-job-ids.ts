import type { JobIdGenerator } from '../../application/ports/id-generator';
import { type JobId, parseJobId } from '../../domain/jobs/job';

/** Ids that count up from 1, so that a test can foretell them. */
export class SequentialJobIds implements JobIdGenerator {
  #last = 0;

  next(): JobId {
    this.#last += 1;
    return parseJobId(`00000000-0000-7000-8000-${this.#last.toString(16).padStart(12, '0')}`);
  }
}
