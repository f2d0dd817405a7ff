import { V7Generator } from 'uuidv7';
import type { JobIdGenerator } from '../../application/ports/job-id-generator';
import type { JobId } from '../../domain/job';

/** UUIDv7 with a counter (RFC 9562, section 6.2, method 1): ascending also within a millisecond and when the clock steps back. */
export class UuidJobIds implements JobIdGenerator {
  readonly #generator = new V7Generator();

  next(): JobId {
    return this.#generator.generate().toString() as JobId;
  }
}
