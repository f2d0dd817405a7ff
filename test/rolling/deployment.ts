/** A service that is running, and can be replaced while clients use it. */
export interface Deployment {
  /** Where the clients connect to, on loopback. */
  readonly port: number;
  /** Replaces each of its processes, one after the other. Resolves when the last one is in service. */
  restartAll(): Promise<void>;
  /** Ends all of it. Resolves when no process is left. */
  stop(): Promise<void>;
  /** What the processes that were told to stop have exited with: null when one had to be killed. */
  readonly exitCodes: readonly (number | null)[];
}

export interface DeployOptions {
  /** The server: takes `PORT` and `DATABASE_URL`, answers `GET /health`. */
  readonly command: string;
  readonly databaseUrl: string;
}

/** One way of running a service, and of replacing it. */
export interface Scenario {
  readonly name: string;
  readonly deploy: (options: DeployOptions) => Promise<Deployment>;
}
