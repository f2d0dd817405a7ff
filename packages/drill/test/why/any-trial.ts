import fc from 'fast-check';
import { FATES } from '../../src/accounting/fate';
import type { Observation } from '../../src/accounting/observation';
import type { RequestFacts, TrialFacts } from '../../src/why/facts';
import { seenAs, span } from './observed';

const time = fc.double({ min: 0, max: 5000, noNaN: true });
const maybe = fc.option(time, { nil: null });

const ERRORS = [
  'ECONNRESET',
  'EPIPE',
  'FIN',
  'client',
  'closed',
  'close 1001',
  'close 1006',
  'RST_STREAM 7',
  'GOAWAY',
  'silence after the exit',
  'a chunk without a size',
  'UND_ERR_SOCKET',
];

const seen: fc.Arbitrary<Observation> = fc
  .record({
    kind: fc.constantFrom<Observation['kind']>('request', 'probe', 'message', 'stream'),
    connection: fc.option(fc.nat(4), { nil: null }),
    startedAt: time,
    firstByteAt: maybe,
    allBytesAt: maybe,
    bytesWritten: fc.nat(200),
    answeredAt: maybe,
    status: fc.constantFrom(null, 200, 201, 302, 404, 408, 500, 502, 503),
    closing: fc.boolean(),
    endedAt: maybe,
    error: fc.option(fc.constantFrom(...ERRORS), { nil: null }),
    withheld: fc.boolean(),
  })
  .map((some) => seenAs(some));

const request: fc.Arbitrary<RequestFacts> = fc.record({
  seen,
  fate: fc.constantFrom(...FATES),
  effects: fc.nat(2),
});

const connection = fc
  .record({ connectedAt: maybe, firstReadAt: maybe, endedAt: maybe })
  .map((some) => span(some));

/** Any trial at all, most of them impossible: a cause must be found for whatever was seen. */
export const anyTrial: fc.Arbitrary<TrialFacts> = fc
  .record({
    requests: fc.array(request, { maxLength: 12 }),
    connections: fc.array(connection, { maxLength: 5 }),
    signalledAt: time,
    listenerClosedAt: maybe,
    poolEndedAt: maybe,
    exitAt: maybe,
    exitCode: fc.constantFrom(null, 0, 1, 137, 143),
    exitSignal: fc.constantFrom(null, 'SIGTERM', 'SIGSEGV'),
    killed: fc.boolean(),
    graceMs: fc.constantFrom(10, 3000),
    expectedExits: fc.constantFrom<readonly (number | string)[]>([0], [143, 'SIGTERM']),
    unexplained: fc.array(fc.string(), { maxLength: 3 }),
    log: fc.array(fc.record({ at: time, text: fc.string() }), { maxLength: 9 }),
  })
  .map((facts) => ({ ...facts, connections: facts.connections.map((one, id) => ({ ...one, id })) }));
