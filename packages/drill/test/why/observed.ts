import type { Fate } from '../../src/accounting/fate';
import type { Observation } from '../../src/accounting/observation';
import type { ConnectionSpan } from '../../src/client/recorder';
import type { RequestFacts, TrialFacts } from '../../src/why/facts';

/** A trial in which nothing went wrong: the signal at 1000, the listener's close at 1001, the exit at 1050. */
export function aTrial(some: Partial<TrialFacts> = {}): TrialFacts {
  return {
    requests: [],
    connections: [],
    signalledAt: 1000,
    listenerClosedAt: 1001,
    poolEndedAt: null,
    exitAt: 1050,
    exitCode: 0,
    exitSignal: null,
    killed: false,
    graceMs: 3000,
    expectedExits: [0],
    unexplained: [],
    log: [],
    ...some,
  };
}

/** A trial whose process had to be killed, at 4000. */
export function aKilledTrial(some: Partial<TrialFacts> = {}): TrialFacts {
  return aTrial({ exitAt: 4001, exitCode: null, exitSignal: 'SIGKILL', killed: true, ...some });
}

let ids = 0;

/** A request on connection 1, written at 999.9 and never answered. */
export function seenAs(some: Partial<Observation> = {}): Observation {
  ids += 1;
  return {
    kind: 'request',
    id: `r-${ids}`,
    template: 0,
    expectsAnswer: true,
    isStatusRight: false,
    mismatch: null,
    fields: null,
    client: 0,
    connection: 1,
    startedAt: some.firstByteAt ?? 999.9,
    connectedAt: 999.7,
    firstByteAt: 999.9,
    allBytesAt: some.firstByteAt ?? 999.9,
    bytesWritten: 92,
    answeredAt: null,
    status: null,
    closing: false,
    endedAt: null,
    error: null,
    unprocessed: false,
    withheld: false,
    ...some,
  };
}

/** It ended at `at` by `error`, without an answer. */
export function broken(
  error: string,
  at: number,
  some: Partial<Observation> = {},
  effects = 0,
): RequestFacts {
  const seen = seenAs({ error, endedAt: at, ...some });
  return { seen, fate: effects > 0 ? 'phantom' : 'lost', effects };
}

/** It got a complete answer at `at`. */
export function answered(
  status: number,
  at: number,
  fate: Fate = 'acknowledged',
  some: Partial<Observation> = {},
  effects = 0,
): RequestFacts {
  const written = { firstByteAt: at - 5, ...some };
  return { seen: seenAs({ status, answeredAt: at, endedAt: at, ...written }), fate, effects };
}

/** Connection 1, open since 999.7, from which nothing was read. */
export function span(some: Partial<ConnectionSpan> = {}): ConnectionSpan {
  return {
    id: 1,
    client: 0,
    openedAt: (some.connectedAt ?? 999.7) - 0.1,
    connectedAt: 999.7,
    firstReadAt: null,
    endedAt: null,
    end: null,
    ...some,
  };
}
