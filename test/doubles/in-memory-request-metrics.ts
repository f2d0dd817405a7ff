import type { Exchange, RequestMetrics } from '../../src/adapters/koa/observing/request-observers';

/** Keeps every exchange, for tests to read. */
export class InMemoryRequestMetrics implements RequestMetrics {
  readonly exchanges: Exchange[] = [];
  #began = 0;

  get active(): number {
    return this.#began - this.exchanges.length;
  }

  began(_method: string): void {
    this.#began += 1;
  }

  ended(exchange: Exchange): void {
    this.exchanges.push({ ...exchange });
  }
}
