/** Calls `onStop` when the process that has opened an IPC channel says `shutdown`, as pm2 does where there are no signals. */
export function hearParent(onStop: (reason: string) => void): void {
  if (!process.connected) return;
  process.on('message', (message) => {
    if (message === 'shutdown') onStop('shutdown message');
  });
}

/**
 * Tells a process manager that has opened an IPC channel that the service is ready: pm2 waits for this message where it is
 * started with `wait_ready`. Without a channel nobody is told.
 */
export function notifyParent(): void {
  if (!process.connected) return;
  process.send?.('ready', undefined, undefined, () => {
    // One that has gone away meanwhile needs no message.
  });
}
