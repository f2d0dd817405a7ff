import type { Random } from '../modes/random';
import type { RequestTemplate } from './request-template';

/** Chooses among several requests by their weights. */
export class RequestMix {
  readonly templates: readonly RequestTemplate[];
  readonly #total: number;

  constructor(templates: readonly RequestTemplate[]) {
    this.templates = templates;
    this.#total = templates.reduce((sum, { weight }) => sum + weight, 0);
  }

  next(random: Random): RequestTemplate {
    let left = this.templates.length === 1 ? 0 : random.between(0, this.#total);
    const found = this.templates.find(({ weight }) => {
      left -= weight;
      return left < 0;
    });
    return (found ?? this.templates[0]) as RequestTemplate;
  }
}
