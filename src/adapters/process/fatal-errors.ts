/**
 * Calls `onFatal` for an exception or a rejection that nobody caught. The process goes on, so that what is in flight
 * can be answered before it exits: what state the fault has left is unknown, so it must exit.
 */
export function onFatalErrors(
  onFatal: (origin: NodeJS.UncaughtExceptionOrigin, error: unknown) => void,
): void {
  // Covers rejections too: Node raises an unhandled one as an uncaught exception of that origin.
  process.on('uncaughtException', (error, origin) => onFatal(origin, error));
}

/** A reader of our output that has gone away (EPIPE) must not end the process in the middle of a drain. */
export function survivePipeErrors(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
}
