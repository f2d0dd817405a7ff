import os from 'node:os';

/** Every signal that this system knows, such as `SIGTERM`. */
export const SIGNALS: readonly string[] = Object.keys(os.constants.signals);

export function isSignal(name: string): name is NodeJS.Signals {
  return SIGNALS.includes(name);
}
