import { setMaxListeners } from 'node:events';
import type { Connection } from '../client/connection';
import type { Endpoint } from '../client/endpoint';
import { authorityOf } from '../client/endpoint';
import type { Exchange } from '../client/exchange';
import type { PooledClient } from '../client/pooled-client';
import type { Recorder } from '../client/recorder';
import type { MessageTemplate } from '../requests/message-template';
import { type RequestShape, wholeRequest } from '../requests/request-bytes';
import type { RequestMix } from '../requests/request-mix';
import type { RequestTemplate } from '../requests/request-template';
import type { Random } from './random';

/** What is sent, in every mode that can do with it. */
export interface Requests {
  readonly mix: RequestMix;
  /** Asks whether the server is ready; null where nobody said how. */
  readonly ready: RequestTemplate | null;
  /** Opens a stream; null where nobody said how. */
  readonly stream: RequestTemplate | null;
  /** What is said over WebSockets; null where nobody said where. */
  readonly messages: MessageTemplate | null;
  /** Whether the server speaks HTTP/2. */
  readonly h2: boolean;
}

/** What the clients of one trial share. */
export interface TrialContext extends Requests {
  readonly endpoint: Endpoint;
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

/** How the server is told to stop. */
export interface Target {
  stop(): Promise<void>;
  freeze(): void;
  thaw(): void;
}

/** What a drill has, for a mode that cannot do without. */
export interface Means extends Requests {
  /** Whether the drill can keep the server from running for a moment. */
  readonly canFreeze: boolean;
  /** Whether it can start a server of its own beside it, to compare times. */
  readonly canCompare: boolean;
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
  /** Whether that time begins only when every client has been answered once, and may be longer by the time of an answer. */
  readonly waitsForAnswers?: boolean;
  /** Whether a server that loses nothing can carry out every request of it, so that even a clean no is one too many. */
  readonly answersAll?: boolean;
  /** Whether answers after the signal have to be like those before it, in their header fields and otherwise. */
  readonly keepsHabits?: boolean;
  /** Modes that measure the time to exit are not disturbed by knocking on the port. */
  readonly undisturbed?: boolean;
  /** What it cannot do without and the drill has not, in words for the user; null when it can run. */
  lacks?(means: Means): string | null;
  /** Runs every client. Resolves when all have finished; never rejects for what the server does. */
  drive(trial: TrialContext): Promise<void>;
  /** Tells the server to stop; by default just that. */
  deliver?(target: Target, trial: TrialContext): Promise<void>;
}

/** Runs one function for each client, all at once. */
export async function everyClient(
  trial: TrialContext,
  run: (client: number) => Promise<void>,
): Promise<void> {
  await Promise.all(Array.from({ length: trial.clients }, (_, client) => run(client)));
}

/** A request that begins on a connection, and its bytes, for a mode that writes them by itself. */
export function begin(trial: TrialContext, connection: Connection, shape: RequestShape = {}, probe = false) {
  const template = probe && trial.ready !== null ? trial.ready : trial.mix.next(trial.random);
  const exchange = connection.begin(template, probe ? 'probe' : 'request');
  return { exchange, bytes: template.bytes(exchange.seen.id, authorityOf(trial.endpoint), shape) };
}

/** Sends a whole request. Nothing is written where the connection has ended. */
export function send(trial: TrialContext, connection: Connection, shape: RequestShape = {}): Exchange {
  const { exchange, bytes } = begin(trial, connection, shape);
  connection.write(exchange, wholeRequest(bytes));
  return exchange;
}

/** Asks whether the server is ready. */
export function probe(trial: TrialContext, connection: Connection, shape: RequestShape = {}): Exchange {
  const { exchange, bytes } = begin(trial, connection, shape, true);
  connection.write(exchange, wholeRequest(bytes));
  return exchange;
}

/** Opens a stream: its answer is complete when the server ends it. */
export function open(trial: TrialContext, connection: Connection, template: RequestTemplate): Exchange {
  const exchange = connection.begin(template, 'stream');
  connection.write(exchange, wholeRequest(template.bytes(exchange.seen.id, authorityOf(trial.endpoint))));
  return exchange;
}

/** Writes the pieces of a request one after the other, each after a pause, for as long as the answer has not come. */
export async function inTime(
  trial: TrialContext,
  connection: Connection,
  exchange: Exchange,
  pieces: readonly Buffer[],
  pauseMs: () => number,
): Promise<void> {
  for (const [index, piece] of pieces.entries()) {
    await pause(trial, pauseMs());
    if (exchange.isOver) return;
    connection.write(exchange, piece, index === pieces.length - 1);
  }
}

/** A connection of the client's; null when none can be had, which is recorded as a request of which no byte was sent. */
export function connectionOf(trial: TrialContext, pooled: PooledClient): Promise<Connection | null> {
  return pooled.connection(() => trial.mix.next(trial.random));
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
