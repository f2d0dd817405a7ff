/** A request that has been answered, or whose client has gone. */
export interface Exchange {
  readonly method: string;
  /** The template of the route (`/work/:id`), never the path: paths are without number. Undefined: no route. */
  readonly route: string | undefined;
  readonly status: number;
  readonly tookMs: number;
}

/** Is told of every request, on the hot path: it must cost next to nothing, and must not throw. */
export interface RequestMetrics {
  began(method: string): void;
  /** Once for each `began`, with the same method. */
  ended(exchange: Exchange): void;
}
