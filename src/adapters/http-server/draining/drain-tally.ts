import type { ServerResponse } from 'node:http';
import type { Refusals } from './refusals';

/** Counts what becomes of the requests of a drain. */
export class DrainTally {
  /** Answered by their own handlers. */
  answered = 0;
  /** Of those, the ones that were told of a failure here (5xx): answered, and not carried out. */
  failed = 0;
  /** Answered 408: never completely received. Nothing was lost, so they are not forced. */
  timedOut = 0;
  /** Answered 503 without having been run. Not forced either: the client may simply ask again. */
  turnedAway = 0;
  /** Answered, or still at their handlers, when their clients were cut off for not reading what waited for them. */
  unread = 0;
  /** Completely received, and cut short: cancelled, answered 503 in the handler's place, or destroyed. */
  forced = 0;
  /** `performance.now()` of the last answer of any kind. */
  lastAnswerAt: number | undefined;
  readonly #refusals: Refusals;
  readonly #delivered = new WeakSet<ServerResponse>();
  readonly #cancelled = new Set<ServerResponse>();
  readonly #turnedAway = new WeakSet<ServerResponse>();

  constructor(refusals: Refusals) {
    this.#refusals = refusals;
  }

  /** Must be called for every response of the drain before it is over. */
  expect(response: ServerResponse): void {
    response.once('finish', () => {
      // The event comes, and `writableFinished` is true, when the socket is destroyed under the response as well.
      if (!response.req.socket.destroyed) this.#delivered.add(response);
    });
  }

  /** These are cut short unless their handlers still answer, and say something else than a 5xx. */
  cancel(responses: Iterable<ServerResponse>): void {
    for (const response of responses) this.#cancelled.add(response);
  }

  /** No handler gets this one. */
  turnAway(response: ServerResponse): void {
    this.#cancelled.delete(response);
    this.#turnedAway.add(response);
  }

  /** The client of these was cut off: it had stopped reading. Not forced: what was stored is stored. */
  giveUp(responses: readonly ServerResponse[]): void {
    for (const response of responses) this.#cancelled.delete(response);
    this.unread += responses.length;
  }

  /** A response is over, however it ended. */
  over(response: ServerResponse): void {
    const delivered = this.#delivered.has(response);
    const own = delivered && !this.#refusals.has(response);
    if (delivered) this.lastAnswerAt = performance.now();
    if (own) this.answered += 1;
    if (own && response.statusCode >= 500) this.failed += 1;
    if (delivered && this.#turnedAway.has(response)) this.turnedAway += 1;
    // A COMMIT that had won against the cancellation is answered 201: nothing was lost.
    if (this.#cancelled.delete(response) && !(own && response.statusCode < 500)) this.forced += 1;
  }
}
