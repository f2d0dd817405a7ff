import { randomFillSync } from 'node:crypto';
import { V7Generator } from 'uuidv7';
import type { IdGenerator } from '../../application/ports/id-generator';

/** UUIDv7 with a counter (RFC 9562, section 6.2, method 1): ascending also within a millisecond and when the clock steps back. */
export class Uuids implements IdGenerator {
  readonly #generator = new V7Generator({ nextUint32 });

  next(): string {
    return this.#generator.generate().toString();
  }
}

/** Random numbers are fetched in bulk: each fetch costs as much as the rest of an id. */
const pool = new Uint32Array(1024);
let used = pool.length;

function nextUint32(): number {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += 1;
  return pool[used - 1] as number;
}
