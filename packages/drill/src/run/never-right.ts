import type { Account } from '../accounting/account';
import type { RequestTemplate } from '../requests/request-template';

/** Fewer may be chance. */
const SEVERAL = 3;

/**
 * Tells a drill that asks for the wrong thing, or expects the wrong answer, from a server that errs now and then: a request
 * that was answered before the signal, again and again, and never as it should be. What was said of its fate would be nonsense.
 * A server that answers nothing but 5xx has faults of its own.
 */
export class NeverRight {
  readonly #right = new Set<number>();
  readonly #wrong = new Map<number, number>();
  #said = '';

  add({ requests }: Account, signalledAt: number): void {
    for (const { seen } of requests) {
      if (seen.kind !== 'request') continue;
      const { answeredAt, mismatch, template } = seen;
      if (answeredAt === null || answeredAt >= signalledAt) continue;
      if (mismatch === null) this.#right.add(template);
      else if (!isServerError(seen.status)) {
        this.#wrong.set(template, (this.#wrong.get(template) ?? 0) + 1);
        this.#said = mismatch;
      }
    }
  }

  /** @throws Error in words for the user when there is such a request */
  check(templates: readonly RequestTemplate[]): void {
    for (const [template, count] of this.#wrong)
      if (count >= SEVERAL && !this.#right.has(template))
        throw new Error(
          `${templates[template]?.title} was never answered as it should be: ${this.#said}. Is it the right request?`,
        );
  }
}

function isServerError(status: number | null): boolean {
  return status !== null && status >= 500 && status !== 503;
}
