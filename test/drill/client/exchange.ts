import type { Observation } from '../accounting/observation';
import type { Answer } from './answer-reader';

/** One request on its way: it ends once, either with a complete answer or with an error. */
export class Exchange {
  readonly seen: Observation;
  readonly #now: () => number;
  #resolve: (seen: Observation) => void = () => {};
  /** Resolves when the fate of the request is known to the client. Never rejects. */
  readonly ended: Promise<Observation>;

  constructor(seen: Observation, now: () => number) {
    this.seen = seen;
    this.#now = now;
    this.ended = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  get isOver(): boolean {
    return this.seen.endedAt !== null;
  }

  /** `bytes` were handed to the kernel at `at`. */
  wrote(bytes: number, at: number): void {
    this.seen.firstByteAt ??= at;
    this.seen.bytesWritten += bytes;
  }

  /** Nothing more will be sent. */
  sent(at: number): void {
    this.seen.allBytesAt = at;
  }

  answer(answer: Answer): void {
    if (this.isOver) return;
    this.seen.answeredAt = this.#now();
    this.seen.status = answer.status;
    this.seen.body = answer.body;
    this.seen.closing = answer.closing;
    this.#end();
  }

  fail(error: string): void {
    if (this.isOver) return;
    this.seen.error = error;
    this.#end();
  }

  #end(): void {
    this.seen.endedAt = this.#now();
    this.#resolve(this.seen);
  }
}
