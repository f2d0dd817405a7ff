import { runCommand } from './run-command';

/**
 * The command that starts a target. It ends when the server has been started, or it is the server itself and goes on; then it
 * stays in its process group, and is killed at the drill's end.
 */
export class StartCommand {
  readonly line: string;
  /** Resolves when it has failed, with why. */
  readonly failed: Promise<Error>;
  readonly #unwanted = new AbortController();
  #isRunning = true;

  constructor(line: string, environment: Readonly<Record<string, string>>) {
    this.line = line;
    const options = { signal: this.#unwanted.signal, isServer: true };
    const running = runCommand(line, environment, 'to start the server', options);
    this.failed = new Promise((resolve) => {
      running.catch(resolve).finally(() => {
        this.#isRunning = false;
      });
    });
  }

  get isRunning(): boolean {
    return this.#isRunning;
  }

  /** Ends it, if it goes on, with all that it has started. */
  end(): void {
    this.#unwanted.abort();
  }
}
