import type { ConnectionSpan } from '../client/recorder';
import type { RequestFacts } from './facts';

/** A request with what was seen around it: what the rules look at. */
export interface Fault {
  readonly request: RequestFacts;
  /** Its connection. Null where a client library hides it. */
  readonly span: ConnectionSpan | null;
  /** When its connection ended, or else the client knew how it ended. Null if that was never seen. */
  readonly endedAt: number | null;
  /** The latest complete answer on its connection before its own end. */
  readonly lastAnswer: RequestFacts | null;
  /** An answer on its connection that said `Connection: close` when this request had been written already. */
  readonly earlyClose: RequestFacts | null;
  /** Not a byte was ever read on its connection. */
  readonly isSilent: boolean;
  /** Part of its own answer was read, for certain. */
  readonly answerBegan: boolean;
}

/** @param shared all requests on its connection, itself included */
export function faultOf(
  own: RequestFacts,
  span: ConnectionSpan | null,
  shared: readonly RequestFacts[],
): Fault {
  const request = withConnectionsEnd(own, span);
  const { seen } = request;
  const endedAt = seen.expectsAnswer
    ? earliest(span?.endedAt ?? null, seen.endedAt)
    : (span?.endedAt ?? seen.endedAt);
  const answers = shared.filter((other) => other !== own && isBefore(other.seen.answeredAt, endedAt));
  const lastAnswer = answers.reduce<RequestFacts | null>(later, null);
  const earlyClose = answers.find(
    (other) => other.seen.closing && isBefore(seen.firstByteAt, other.seen.answeredAt),
  );
  const isNext = shared.find((other) => other.seen.answeredAt === null) === own;
  // A WebSocket's first bytes are those of its handshake.
  const hasRead = span !== null && span.firstReadAt !== null && seen.kind !== 'message';
  return {
    request,
    span,
    endedAt,
    lastAnswer,
    earlyClose: earlyClose ?? null,
    isSilent: span !== null && span.firstReadAt === null && answers.length === 0,
    // After an earlier answer nobody can say whose the further bytes were, unless the head was understood.
    answerBegan:
      seen.answeredAt === null &&
      (seen.status !== null || (hasRead && isNext && answers.length === 0 && seen.bytesWritten > 0)),
  };
}

/** A message that nobody acknowledges is over when it is sent: what became of it was decided by the end of its connection. */
function withConnectionsEnd(request: RequestFacts, span: ConnectionSpan | null): RequestFacts {
  const { seen } = request;
  if (seen.expectsAnswer || seen.error !== null || span === null) return request;
  return { ...request, seen: { ...seen, error: span.end, endedAt: span.endedAt } };
}

/** On one connection many streams may end before it does. */
function earliest(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.min(a, b);
}

function isBefore(at: number | null, limit: number | null): boolean {
  return at !== null && (limit === null || at <= limit);
}

function later(best: RequestFacts | null, next: RequestFacts): RequestFacts {
  return best === null || (next.seen.answeredAt ?? 0) > (best.seen.answeredAt ?? 0) ? next : best;
}
