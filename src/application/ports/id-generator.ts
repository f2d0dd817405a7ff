/**
 * Makes ids: unique across all replicas without asking anyone, and ascending within one process, so that new rows go to the
 * end of the primary key's index (UUIDv7, RFC 9562, section 5.7).
 */
export interface IdGenerator {
  next(): string;
}
