import { FAULTS } from '../accounting/fate';
import { firstRefusal } from '../accounting/first-refusal';
import type { ConnectionSpan } from '../client/recorder';
import { isGoodEnd } from '../run/end-of-server';
import { burstBefore } from './burst';
import { wasEndedByServer } from './ends';
import type { RequestFacts, TrialFacts } from './facts';
import { type Fault, faultOf } from './fault';
import {
  BURST_GAP_MS,
  DEFAULT_ACTION_MS,
  KILL_MS,
  LISTENER_MS,
  MIXED_MS,
  QUEUED_MS,
  SILENT_MS,
} from './thresholds';
import { wasUnread } from './unread';

/** Fewer connections may have ended together by chance. */
const SEVERAL = 3;

/** The facts of a trial, put in order: what can be said of it as a whole, and of one request in it. */
export class TrialView {
  readonly facts: TrialFacts;
  /** Every request that needs a cause. */
  readonly faults: readonly Fault[];
  /** As in the facts, or the first handshake of a client that was refused, whichever was earlier. */
  readonly listenerClosedAt: number | null;
  readonly killedAt: number | null;
  /** Connections that ended from here on ended with the process. Null if its exit was not seen, or was a kill. */
  readonly exitFrom: number | null;
  /** The process did not wait: its exit took a request that it had read, or nothing of a drain was seen before it. */
  readonly exitWasAbrupt: boolean;
  readonly #lagMs: number;
  readonly #spans: ReadonlyMap<number, ConnectionSpan>;
  readonly #shared = new Map<number, RequestFacts[]>();

  constructor(facts: TrialFacts) {
    this.facts = facts;
    this.#lagMs = facts.lagMs ?? 0;
    this.#spans = new Map(facts.connections.map((span) => [span.id, span]));
    for (const request of facts.requests) {
      const { connection } = request.seen;
      if (connection === null) continue;
      const shared = this.#shared.get(connection);
      if (shared === undefined) this.#shared.set(connection, [request]);
      else shared.push(request);
    }
    this.listenerClosedAt = firstRefusal(facts);
    this.killedAt = facts.killed ? facts.signalledAt + facts.graceMs : null;
    this.faults = facts.requests.filter(({ fate }) => FAULTS.includes(fate)).map((one) => this.faultOf(one));
    const broken = facts.requests
      .filter(({ seen }) => wasEndedByServer(seen) && seen.bytesWritten > 0)
      .map((request) => this.faultOf(request));
    const exitAt = facts.killed ? null : facts.exitAt;
    const answers = facts.requests.flatMap(({ seen: { answeredAt: at } }) => (at === null ? [] : [at]));
    const lastAnswerAt = answers.reduce<number | null>((last, at) => Math.max(last ?? at, at), null);
    this.exitFrom = exitAt === null ? null : burstBefore(exitAt, broken, lastAnswerAt, this.#lagMs);
    this.exitWasAbrupt =
      broken.some((fault) => this.wentWithExit(fault) && !this.wasUnread(fault)) || this.#sawNoDrain();
  }

  /**
   * Every connection that the server ended since the signal ended with the exit, several of them, and no answer had
   * announced it. A drain that has nothing in flight and closes only idle connections looks the same, when the exit
   * follows at once.
   */
  #sawNoDrain(): boolean {
    const { exitFrom } = this;
    const { signalledAt, connections, requests } = this.facts;
    if (exitFrom === null) return false;
    const ended = connections.filter(
      ({ end, endedAt, connectedAt }) =>
        connectedAt !== null &&
        endedAt !== null &&
        endedAt >= signalledAt &&
        end !== null &&
        end !== 'client',
    );
    const announced = requests.some(({ seen }) => seen.closing && (seen.answeredAt ?? 0) >= signalledAt);
    return (
      ended.length >= SEVERAL &&
      !announced &&
      ended.every(({ endedAt }) => (endedAt ?? 0) >= exitFrom - BURST_GAP_MS - this.#lagMs)
    );
  }

  faultOf(request: RequestFacts): Fault {
    const { connection } = request.seen;
    const span = connection === null ? null : (this.#spans.get(connection) ?? null);
    const shared = connection === null ? [request] : (this.#shared.get(connection) ?? [request]);
    return faultOf(request, span, shared);
  }

  get exitWasExpected(): boolean {
    const { expectedExits, exitCode: code, exitSignal: signal, exitAt: at } = this.facts;
    return isGoodEnd({ killed: false, code, signal, at }, Number.NEGATIVE_INFINITY, expectedExits);
  }

  /**
   * SIGTERM's default action: nothing of a handler was seen. A server that raises the signal again when it is done
   * (uvicorn, Puma) takes longer, or closes its listener first.
   */
  get diedOfSignal(): boolean {
    const { signalledAt, exitAt, exitCode, exitSignal, killed } = this.facts;
    if (exitAt === null || killed || this.exitWasExpected) return false;
    if (exitSignal !== 'SIGTERM' && exitCode !== 128 + 15) return false;
    if (exitAt < signalledAt || exitAt - signalledAt > DEFAULT_ACTION_MS + this.#lagMs) return false;
    return this.listenerClosedAt === null || this.listenerClosedAt > exitAt - LISTENER_MS - this.#lagMs;
  }

  /** Its connection ended together with the process. */
  wentWithExit(fault: Fault): boolean {
    return this.exitFrom !== null && fault.endedAt !== null && fault.endedAt >= this.exitFrom;
  }

  /** The kernel still had the request when its connection was ended. */
  wasUnread(fault: Fault): boolean {
    return wasUnread(fault, this.listenerClosedAt, this.#lagMs);
  }

  wasKilled(fault: Fault): boolean {
    return (
      this.killedAt !== null &&
      fault.endedAt !== null &&
      fault.endedAt >= this.killedAt - KILL_MS - this.#lagMs
    );
  }

  endedBeforeSignal(fault: Fault): boolean {
    return fault.endedAt !== null && fault.endedAt < this.facts.signalledAt;
  }

  /** Its end and the listener's close can be one event. */
  endedWithListener({ endedAt }: Fault): boolean {
    if (endedAt === null || this.listenerClosedAt === null) return endedAt !== null;
    return Math.abs(endedAt - this.listenerClosedAt) <= LISTENER_MS + this.#lagMs;
  }

  /** The server had taken its connection out of the accept queue, which is first in, first out. */
  wasAccepted({ request, span, isSilent, endedAt }: Fault): boolean {
    const connectedAt = span?.connectedAt ?? null;
    if (span === null || connectedAt === null || endedAt === null) return false;
    if (this.facts.secure === true || !isSilent) return true;
    const waited = (request.seen.firstByteAt ?? endedAt) - connectedAt;
    if (waited > SILENT_MS || endedAt - connectedAt > QUEUED_MS) return true;
    return this.facts.connections.some(
      (other) =>
        (other.connectedAt ?? 0) > connectedAt + MIXED_MS &&
        other.firstReadAt !== null &&
        other.firstReadAt <= endedAt,
    );
  }
}
