import type { Observation } from '../accounting/observation';
import type { AnswerParts } from '../requests/expectation';
import type { RequestTemplate } from '../requests/request-template';
import type { Answer } from './answer-reader';

/** One request on its way: it ends once, either with a complete answer or with an error. */
export class Exchange {
  readonly seen: Observation;
  readonly template: RequestTemplate;
  readonly #now: () => number;
  #resolve: (seen: Observation) => void = () => {};
  /** Resolves when the fate of the request is known to the client. Never rejects. */
  readonly ended: Promise<Observation>;

  constructor(seen: Observation, template: RequestTemplate, now: () => number) {
    this.seen = seen;
    this.template = template;
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
    this.seen.closing = answer.closing;
    judge(this.seen, this.template, answer);
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

/** Only the judgement is kept, not the answer: a trial holds thousands of them. */
export function judge(seen: Observation, template: RequestTemplate, answer: AnswerParts): void {
  seen.status = answer.status;
  seen.isStatusRight = template.expectation.isStatus(answer.status);
  seen.mismatch = template.expectation.mismatch(answer, seen.id);
  seen.fields = namesOf(answer.headers);
}

const known = new Map<string, readonly string[]>();
const MANY = 1000;

/** The same names are the same array: a server's answers are alike. */
function namesOf(headers: AnswerParts['headers']): readonly string[] {
  const names = Object.keys(headers);
  const key = names.join();
  const same = known.get(key);
  if (same !== undefined) return same;
  if (known.size < MANY) known.set(key, names);
  return names;
}
