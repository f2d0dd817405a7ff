import os from 'node:os';

/** How long the drill may take to put everything away. */
const BOUND_MS = 8000;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export interface Interruption {
  /** Aborted by the first signal, and by an error that nobody has caught. */
  readonly signal: AbortSignal;
  /** What a shell says of a program that such a signal has ended, such as 130. */
  exitCode(): number;
}

/**
 * Listens to whoever wants the drill to end. The first time the drill is asked to put everything away; a second time, or when
 * that takes too long, the process exits at once.
 * @param codeOfError the exit code after an error that nobody has caught
 */
export function interruption(target: NodeJS.Process, codeOfError: number): Interruption {
  const controller = new AbortController();
  let code = codeOfError;
  const end = (message: string, exitCode: number) => {
    if (controller.signal.aborted) target.exit(code);
    code = exitCode;
    setTimeout(() => target.exit(code), BOUND_MS).unref();
    controller.abort(new Error(message));
    target.stderr.write(`\n${message}\n`);
  };
  for (const name of SIGNALS) target.on(name, () => end('interrupted', 128 + os.constants.signals[name]));
  // The terminal may have gone.
  target.stderr.on('error', () => {});
  target.on('uncaughtException', (error) => {
    // What the drill was doing breaks off as its servers are killed.
    if (!controller.signal.aborted) end(error.stack ?? String(error), codeOfError);
  });
  return { signal: controller.signal, exitCode: () => code };
}
