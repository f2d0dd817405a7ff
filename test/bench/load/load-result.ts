/** What a load generator saw; latencies in milliseconds. */
export interface LoadResult {
  readonly requests: number;
  readonly requestsPerSecond: number;
  readonly latencyMs: { readonly p50: number; readonly p90: number; readonly p99: number };
  /** Answers other than 2xx, and connections that failed or timed out. */
  readonly failed: number;
  /** Of one processor: near 1, the generator is what is measured. */
  readonly generatorCpu: number;
}
