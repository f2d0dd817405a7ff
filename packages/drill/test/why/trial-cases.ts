import { aKilledTrial, answered, aTrial, broken, span } from './observed';
import type { Case } from './request-cases';

const old = { connectedAt: 500, firstReadAt: 600 };

/** A request that went with the process. */
const TAKEN = {
  requests: [broken('ECONNRESET', 1001.5)],
  connections: [span({ endedAt: 1001.5, end: 'ECONNRESET' })],
};

/** Trials whose process ended wrongly, or whose effects are too many. */
export const TRIAL_CASES: readonly Case[] = [
  {
    what: 'killed, and still taking clients',
    facts: aKilledTrial({ connections: [span({ connectedAt: 3900 })], listenerClosedAt: null }),
    causes: { 'listening-until-kill': 1 },
    evidence:
      'still there at the end of the grace period, +3000.0 ms; connections open: 1; requests in flight: 0',
  },
  {
    what: 'killed, with clients that go on asking',
    facts: aKilledTrial({
      requests: [{ ...broken('ECONNRESET', 4001, { firstByteAt: 3999 }), fate: 'refused' }],
      connections: [span({ ...old, endedAt: 4001 })],
    }),
    causes: { 'held-by-busy-clients': 1 },
    evidence:
      'connection 1: established -500.0 ms, 92 bytes written +2999.0 ms, the first bytes of an answer -400.0 ms, ECONNRESET +3001.0 ms',
  },
  {
    what: 'killed, with a request that was never answered',
    facts: aKilledTrial({
      requests: [{ ...broken('ECONNRESET', 4001), fate: 'refused' }],
      connections: [span({ endedAt: 4001 })],
    }),
    causes: { 'held-by-requests': 1 },
  },
  {
    what: 'killed, with half requests only',
    facts: aKilledTrial({
      requests: [{ ...broken('ECONNRESET', 4001, { withheld: true, allBytesAt: null }), fate: 'withheld' }],
      connections: [span({ endedAt: 4001 })],
    }),
    causes: { 'held-by-half-requests': 1 },
  },
  {
    what: 'killed, with idle connections',
    facts: aKilledTrial({ connections: [span({ ...old, endedAt: 4001 })] }),
    causes: { 'held-by-idle-connections': 1 },
    evidence:
      'still there at the end of the grace period, +3000.0 ms; connections open: 1; requests in flight: 0',
  },
  {
    what: 'killed, with the first refused handshake after the kill, and a request sent as the kill was late',
    facts: aKilledTrial({
      requests: [{ ...broken('FIN', 4006, { firstByteAt: 4002 }), fate: 'refused' }],
      connections: [span({ ...old, endedAt: 4006 }), span({ id: 2, endedAt: 3998, end: 'client' })],
      listenerClosedAt: 4006,
      exitAt: 4007,
    }),
    causes: { 'listening-until-kill': 1 },
    evidence:
      'still there at the end of the grace period, +3000.0 ms; connections open: 1; requests in flight: 1',
  },
  {
    what: 'killed, with a library’s connections',
    facts: aKilledTrial({ requests: [answered(201, 900, 'acknowledged', { connection: null })] }),
    causes: { 'held-out-of-sight': 1 },
    evidence:
      'still there at the end of the grace period, +3000.0 ms; connections not seen; requests in flight: 0',
  },
  {
    what: 'killed, with nothing open',
    facts: aKilledTrial({ connections: [span({ ...old, endedAt: 1010 })] }),
    causes: { 'held-by-something-else': 1 },
  },
  {
    what: 'gone before the signal, with a code that would be right',
    facts: aTrial({ exitAt: 900 }),
    causes: { 'exit-before-signal': 1 },
    evidence: 'the process ended at -100.0 ms with code 0; no request came to a bad end',
  },
  {
    what: 'died of the signal',
    facts: aTrial({ ...TAKEN, exitAt: 1001.8, exitCode: null, exitSignal: 'SIGTERM' }),
    causes: { 'no-signal-handler': 1 },
    evidence: 'the process ended at +1.8 ms by SIGTERM; one request came to a bad end',
  },
  {
    what: 'a shell that reports the death of its child',
    facts: aTrial({ ...TAKEN, exitAt: 1003, exitCode: 143 }),
    causes: { 'no-signal-handler': 1 },
  },
  {
    what: 'the signal raised again at once, with nothing in flight',
    facts: aTrial({ exitAt: 1003, exitCode: null, exitSignal: 'SIGTERM' }),
    causes: { 'ended-by-signal': 1 },
  },
  {
    what: 'raised again after a drain',
    facts: aTrial({ exitAt: 1600, exitCode: null, exitSignal: 'SIGTERM' }),
    causes: { 'ended-by-signal': 1 },
  },
  { what: 'a crash in the drain', facts: aTrial({ exitCode: 139 }), causes: { 'ended-by-signal': 1 } },
  {
    what: 'raised again as expected',
    facts: aTrial({ exitCode: null, exitSignal: 'SIGTERM', expectedExits: [143, 'SIGTERM'] }),
    causes: {},
  },
  {
    what: 'a wrong code at the end',
    facts: aTrial({
      exitCode: 1,
      log: [
        { at: 1001, text: 'stopping' },
        { at: 1049, text: 'Error: Called end on pool more than once' },
      ],
    }),
    causes: { 'wrong-exit-code': 1 },
    evidence: 'log +49.0 ms: Error: Called end on pool more than once',
  },
  {
    what: 'effects that are too many',
    facts: aTrial({
      requests: [answered(201, 900, 'acknowledged', { id: 'twice' }, 2)],
      unexplained: ['twice', 'stranger', 'stranger'],
    }),
    causes: { 'unexplained-effect': 2, 'doubled-effect': 1 },
    evidence: 'stranger: nobody sent it',
  },
  { what: 'nothing wrong', facts: aTrial({ requests: [answered(201, 900)] }), causes: {} },
];
