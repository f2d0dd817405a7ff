import { setMaxListeners } from 'node:events';
import type { Recorder } from '../client/recorder';
import type { Random } from './random';

/** What the clients of one trial share. */
export interface TrialContext {
  readonly port: number;
  readonly secure: boolean;
  readonly clients: number;
  readonly recorder: Recorder;
  readonly random: Random;
  /** Resolves when the signal has been sent. */
  readonly signalled: Promise<void>;
  readonly hasSignalled: () => boolean;
  /** Aborted when the server has exited. */
  readonly gone: AbortSignal;
  /** Aborted when clients should start nothing more: the server has exited, or the signal is long past. */
  readonly enough: AbortSignal;
}

/** How the signal reaches the server. */
export interface Target {
  signal(signal: NodeJS.Signals): void;
}

/** One kind of load, and what it asks of a server that is told to stop. */
export interface Mode {
  readonly name: string;
  /** One line for tables and reports. */
  readonly title: string;
  /** What a failure means in this mode, where the server's policy has a say. */
  readonly policy: string;
  /** How long the load runs before the signal: a random moment in this range, in ms. */
  readonly beforeSignalMs: readonly [number, number];
  /** Whether a server that loses nothing can carry out every request of it, so that even a clean no is one too many. */
  readonly answersAll?: boolean;
  /** Modes that measure the time to exit are not disturbed by knocking on the port. */
  readonly undisturbed?: boolean;
  /** Runs every client. Resolves when all have finished; never rejects for what the server does. */
  drive(trial: TrialContext): Promise<void>;
  /** Sends the signal; by default just that. */
  deliver?(target: Target, trial: TrialContext): Promise<void>;
}

/** Runs one function for each client, all at once. */
export async function everyClient(
  trial: TrialContext,
  run: (client: number) => Promise<void>,
): Promise<void> {
  await Promise.all(Array.from({ length: trial.clients }, (_, client) => run(client)));
}

/** Sleeps, but not beyond the point where clients should stop. */
export function pause(trial: TrialContext, ms: number): Promise<void> {
  return new Promise((resolve) => {
    if (trial.enough.aborted) return resolve();
    const wake = () => {
      clearTimeout(timer);
      trial.enough.removeEventListener('abort', wake);
      resolve();
    };
    const timer = setTimeout(wake, ms);
    trial.enough.addEventListener('abort', wake);
  });
}

/** An abort controller that any number of clients may listen to without Node's leak warning. */
export function sharedAbort(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}
