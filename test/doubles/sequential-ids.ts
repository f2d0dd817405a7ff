import type { IdGenerator } from '../../src/application/ports/id-generator';

/** Ids that count up from 1, so that a test can foretell them. */
export class SequentialIds implements IdGenerator {
  #last = 0;

  next(): string {
    this.#last += 1;
    return `00000000-0000-7000-8000-${this.#last.toString(16).padStart(12, '0')}`;
  }
}
