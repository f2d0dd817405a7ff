import type { TrialFacts } from '../../src/why/facts';
import { aKilledTrial, answered, aTrial, broken, seenAs, span } from './observed';

export interface Case {
  readonly what: string;
  readonly facts: TrialFacts;
  /** The causes of requests, and how many each has. */
  readonly causes: Readonly<Record<string, number>>;
  /** A line of the evidence of the first cause. */
  readonly evidence?: string;
}

const old = { connectedAt: 500, firstReadAt: 600 };

/** Hand-made trials, and what must be read from them. */
export const REQUEST_CASES: readonly Case[] = [
  {
    what: 'a new connection reset at the listener’s close, the process living on',
    facts: aTrial({
      requests: [broken('ECONNRESET', 1000.9)],
      connections: [span({ endedAt: 1000.9, end: 'ECONNRESET' })],
      listenerClosedAt: 1000.8,
    }),
    causes: { 'accept-queue-reset': 1 },
    evidence:
      'connection 1: established -0.3 ms, 92 bytes written -0.1 ms, ECONNRESET +0.9 ms; the listener closed at +0.8 ms',
  },
  {
    what: 'the same with the exit at once, and nothing but new connections reset with it',
    facts: aTrial({
      requests: [broken('ECONNRESET', 1001), broken('EPIPE', 1001.2, { connection: 2 })],
      connections: [span({ endedAt: 1001 }), span({ id: 2, endedAt: 1001.2 })],
      exitAt: 1002,
    }),
    causes: { 'accept-queue-reset': 2 },
  },
  {
    what: 'new connections reset by an exit that ended others, which had been read, with FIN',
    facts: aTrial({
      requests: [broken('ECONNRESET', 1001), broken('FIN', 1001.2, { connection: 2 })],
      connections: [span({ endedAt: 1001 }), span({ id: 2, endedAt: 1001.2 })],
      exitAt: 1002,
    }),
    causes: { 'exit-before-answer': 2 },
    evidence:
      'connection 1: established -0.3 ms, 92 bytes written -0.1 ms, ECONNRESET +1.0 ms; the listener closed at +1.0 ms; the process ended at +2.0 ms with code 0',
  },
  {
    what: 'a reset long after the listener’s close is not the queue’s',
    facts: aTrial({
      requests: [broken('ECONNRESET', 1040)],
      connections: [span({ endedAt: 1040 })],
      exitAt: 1100,
    }),
    causes: { 'first-request-cut': 1 },
  },
  {
    what: 'a younger connection was answered, so this one had left the queue',
    facts: aTrial({
      requests: [broken('ECONNRESET', 1030, { firstByteAt: 1000 })],
      connections: [
        span({ endedAt: 1030, connectedAt: 990 }),
        span({ id: 2, connectedAt: 995, firstReadAt: 1005 }),
      ],
      listenerClosedAt: 1030,
      exitAt: 1100,
    }),
    causes: { 'idle-close-race': 1 },
  },
  {
    what: 'TLS is spoken only with a process that has accepted',
    facts: aTrial({
      requests: [broken('ECONNRESET', 1001)],
      connections: [span({ endedAt: 1001 })],
      secure: true,
    }),
    causes: { 'idle-close-race': 1 },
  },
  {
    what: 'a client’s refused handshake stands for the listener’s close where nobody knocked',
    facts: aTrial({
      requests: [broken('ECONNRESET', 1031)],
      connections: [
        span({ endedAt: 1031 }),
        span({ id: 2, connectedAt: null, openedAt: 1002, end: 'ECONNREFUSED' }),
      ],
      listenerClosedAt: null,
      exitAt: 1100,
    }),
    causes: { 'first-request-cut': 1 },
  },
  {
    what: 'a young connection that said nothing for a while had been accepted',
    facts: aTrial({
      requests: [broken('ECONNRESET', 1002, { firstByteAt: 1001 })],
      connections: [span({ connectedAt: 962, endedAt: 1002 })],
    }),
    causes: { 'idle-close-race': 1 },
  },
  {
    what: 'answers read after the resets show that the exit came later, and did not cause them',
    facts: aTrial({
      requests: [
        answered(201, 990),
        broken('ECONNRESET', 1001.5),
        answered(201, 1005, 'acknowledged', { connection: 2 }),
      ],
      connections: [span({ ...old, endedAt: 1001.5 }), span({ id: 2, firstReadAt: 1005 })],
      exitAt: 1006,
    }),
    causes: { 'idle-close-race': 1 },
  },
  {
    what: 'a kept-alive connection ended just after it was written to',
    facts: aTrial({
      requests: [answered(201, 998), broken('FIN', 1000.5)],
      connections: [span({ ...old, endedAt: 1000.5 })],
    }),
    causes: { 'idle-close-race': 1 },
    evidence:
      'connection 1: established -500.0 ms, last answer -2.0 ms, 92 bytes written -0.1 ms, FIN +0.5 ms; the listener closed at +1.0 ms',
  },
  {
    what: 'a connection that had been silent since long ago speaks as it is closed',
    facts: aTrial({
      requests: [broken('ECONNRESET', 1001)],
      connections: [span({ connectedAt: 800, endedAt: 1001 })],
    }),
    causes: { 'idle-close-race': 1 },
  },
  {
    what: 'a reset says that a request was not read, however long it had waited for a server that stood still',
    facts: aTrial({
      requests: [answered(201, 900), broken('ECONNRESET', 1002, { firstByteAt: 940 })],
      connections: [span({ ...old, endedAt: 1002 })],
    }),
    causes: { 'idle-close-race': 1 },
  },
  {
    what: 'a FIN some time after a request says that it had been read',
    facts: aTrial({
      requests: [answered(201, 990), broken('FIN', 1002, { firstByteAt: 992 })],
      connections: [span({ ...old, endedAt: 1002 })],
    }),
    causes: { 'busy-connection-cut': 1 },
  },
  {
    what: 'a kept-alive connection ended just after it was written to, and the work was done',
    facts: aTrial({
      requests: [answered(201, 998), broken('ECONNRESET', 1002, {}, 1)],
      connections: [span({ ...old, endedAt: 1002 })],
    }),
    causes: { 'busy-connection-cut': 1 },
    evidence:
      'connection 1: established -500.0 ms, last answer -2.0 ms, 92 bytes written -0.1 ms, ECONNRESET +2.0 ms, its effect is there; the listener closed at +1.0 ms',
  },
  {
    what: 'an upload cut off in the middle',
    facts: aTrial({
      requests: [broken('FIN', 1010, { firstByteAt: 950, allBytesAt: null, bytesWritten: 1024 })],
      connections: [span({ connectedAt: 940, endedAt: 1010 })],
    }),
    causes: { 'half-received-dropped': 1 },
    evidence:
      'connection 1: established -60.0 ms, 1024 bytes written from -50.0 ms on, and not yet all, FIN +10.0 ms; the listener closed at +1.0 ms',
  },
  {
    what: 'a half request that was withheld, and carried out',
    facts: aTrial({
      requests: [broken('FIN', 1010, { allBytesAt: null, withheld: true }, 1)],
      connections: [span({ endedAt: 1010 })],
    }),
    causes: { 'half-request-executed': 1 },
  },
  {
    what: 'four pipelined requests, the first answered with close',
    facts: aTrial({
      requests: [
        answered(201, 1003, 'acknowledged', { firstByteAt: 999, closing: true }),
        ...[1, 2, 3].map(() => broken('FIN', 1004, { firstByteAt: 999 })),
      ],
      connections: [span({ firstReadAt: 1003, endedAt: 1004 })],
    }),
    causes: { 'close-on-early-answer': 3 },
    evidence:
      'connection 1: established -0.3 ms, last answer +3.0 ms, 92 bytes written -1.0 ms, FIN +4.0 ms; an earlier answer on it said `Connection: close` at +3.0 ms',
  },
  {
    what: 'many connections end at the exit, half-received ones, too',
    facts: aTrial({
      requests: [
        answered(201, 900),
        broken('FIN', 1048),
        broken('ECONNRESET', 1049, { connection: 2, allBytesAt: null }),
        broken('ECONNRESET', 1051, { connection: 3 }),
      ],
      connections: [
        span({ ...old, endedAt: 1048 }),
        span({ id: 2, connectedAt: 800, endedAt: 1049 }),
        span({ id: 3, connectedAt: 800, endedAt: 1051 }),
      ],
    }),
    causes: { 'exit-before-answer': 3 },
  },
  {
    what: 'an exit that took every connection at once, none announced, though nothing of it had been read',
    facts: aTrial({
      requests: [1, 2, 3].flatMap((connection) => [
        answered(201, 1000, 'acknowledged', { connection }),
        broken('ECONNRESET', 1014, { connection, firstByteAt: 1000.1 }),
      ]),
      connections: [1, 2, 3].map((id) => span({ ...old, id, endedAt: 1014, end: 'ECONNRESET' })),
      listenerClosedAt: 1013,
      exitAt: 1017,
    }),
    causes: { 'exit-before-answer': 3 },
  },
  {
    what: 'the same behind an answer that announced the close: a drain was at work',
    facts: aTrial({
      requests: [
        answered(201, 1001, 'acknowledged', { connection: 4, closing: true }),
        ...[1, 2, 3].flatMap((connection) => [
          answered(201, 1000, 'acknowledged', { connection }),
          broken('ECONNRESET', 1014, { connection, firstByteAt: 1000.1 }),
        ]),
      ],
      connections: [1, 2, 3].map((id) => span({ ...old, id, endedAt: 1014, end: 'ECONNRESET' })),
      listenerClosedAt: 1013,
      exitAt: 1017,
    }),
    causes: { 'idle-close-race': 3 },
  },
  {
    what: 'an exit that took nothing but what had just come in on idle connections',
    facts: aTrial({
      requests: [answered(201, 900), broken('ECONNRESET', 1002, { firstByteAt: 1001 })],
      connections: [span({ ...old, endedAt: 1002 })],
      exitAt: 1003,
    }),
    causes: { 'idle-close-race': 1 },
  },
  {
    what: 'a FIN that the drill read late, sent with the listener’s close',
    facts: aTrial({
      requests: [answered(201, 1000), broken('FIN', 1008, { firstByteAt: 1000 })],
      connections: [span({ ...old, endedAt: 1008 })],
    }),
    causes: { 'idle-close-race': 1 },
  },
  {
    what: 'the signal’s default action',
    facts: aTrial({
      requests: [answered(201, 900), broken('ECONNRESET', 1001.5)],
      connections: [span({ ...old, endedAt: 1001.5 })],
      exitAt: 1002,
      exitCode: null,
      exitSignal: 'SIGTERM',
      listenerClosedAt: 1002,
    }),
    causes: { 'died-of-signal': 1 },
    evidence:
      'connection 1: established -500.0 ms, last answer -100.0 ms, 92 bytes written -0.1 ms, ECONNRESET +1.5 ms; the process ended at +2.0 ms by SIGTERM',
  },
  {
    what: 'a server that closes its listener and raises the signal again had a handler',
    facts: aTrial({
      requests: [answered(201, 900), broken('FIN', 1079.5)],
      connections: [span({ ...old, endedAt: 1079.5 })],
      exitAt: 1080,
      exitCode: null,
      exitSignal: 'SIGTERM',
    }),
    causes: { 'exit-before-answer': 1 },
  },
  {
    what: 'an expected 143 is no death of the signal',
    facts: aTrial({
      requests: [answered(201, 900), broken('FIN', 1001.5, { firstByteAt: 990 })],
      connections: [span({ ...old, endedAt: 1001.5 })],
      exitAt: 1002,
      exitCode: 143,
      expectedExits: [143],
    }),
    causes: { 'exit-before-answer': 1 },
  },
  {
    what: 'requests that SIGKILL ended',
    facts: aKilledTrial({
      requests: [answered(201, 900), broken('ECONNRESET', 4001)],
      connections: [span({ ...old, endedAt: 4001 })],
    }),
    causes: { 'killed-under-request': 1 },
    evidence:
      'connection 1: established -500.0 ms, last answer -100.0 ms, 92 bytes written -0.1 ms, ECONNRESET +3001.0 ms; the grace period ended at +3000.0 ms',
  },
  {
    what: 'a target that is still there, and is given up',
    facts: aKilledTrial({
      requests: [broken('silence after the exit', 6000)],
      connections: [span({ ...old, endedAt: 6000 })],
    }),
    causes: { 'killed-under-request': 1 },
  },
  {
    what: 'half of an answer',
    facts: aTrial({
      requests: [broken('ECONNRESET', 1010)],
      connections: [span({ firstReadAt: 1005, endedAt: 1010 })],
    }),
    causes: { 'answer-cut-short': 1 },
    evidence:
      'connection 1: established -0.3 ms, 92 bytes written -0.1 ms, the first bytes of an answer +5.0 ms, ECONNRESET +10.0 ms; the process ended at +50.0 ms with code 0',
  },
  {
    what: 'nobody answers, and the process has gone',
    facts: aTrial({
      requests: [broken('silence after the exit', 3050)],
      connections: [span({ endedAt: 3050 })],
    }),
    causes: { 'silence-after-exit': 1 },
  },
  {
    what: 'bytes that are not HTTP',
    facts: aTrial({
      requests: [broken('not an HTTP/1 answer: hello', 1002)],
      connections: [span({ firstReadAt: 1002, endedAt: 1002 })],
    }),
    causes: { 'unreadable-answer': 1 },
  },
  {
    what: 'a success without its effect after the signal only',
    facts: aTrial({
      requests: [answered(201, 1020, 'missing'), answered(201, 900, 'acknowledged', { connection: 2 }, 1)],
    }),
    causes: { 'answered-before-commit': 1 },
    evidence:
      'connection 1: established -0.3 ms, 92 bytes written +15.0 ms, answered 201 +20.0 ms, no effect; the process ended at +50.0 ms with code 0',
  },
  {
    what: 'a success without its effect before the signal, too',
    facts: aTrial({
      requests: [
        answered(201, 900, 'missing'),
        ...[910, 920, 930].map((at) => answered(201, at, 'acknowledged', {}, 1)),
        answered(201, 1020, 'missing'),
      ],
    }),
    causes: { 'success-without-effect': 2 },
  },
  {
    what: 'work in memory that the exit took, of answers before the signal and after it',
    facts: aTrial({
      requests: [
        ...[890, 910, 920].map((at) => answered(201, at, 'acknowledged', {}, 1)),
        answered(201, 960, 'missing'),
        answered(201, 1020, 'missing'),
      ],
    }),
    causes: { 'answered-before-commit': 2 },
  },
  {
    what: 'an error with an effect',
    facts: aTrial({ requests: [answered(500, 1020, 'phantom', {}, 1)] }),
    causes: { 'error-with-effect': 1 },
  },
  {
    what: 'errors after the end of the pool',
    facts: aTrial({
      requests: [{ ...answered(500, 1020, 'failed'), reason: '500 instead of 201' }],
      poolEndedAt: 1012,
    }),
    causes: { 'error-after-signal': 1 },
    evidence:
      'connection 1: established -0.3 ms, 92 bytes written +15.0 ms, answered 500 +20.0 ms; 500 instead of 201; the last database session was gone at +12.0 ms',
  },
  {
    what: 'errors before the signal, and after it with and without a pool',
    facts: aTrial({
      requests: [answered(500, 900, 'failed'), answered(500, 1001, 'failed'), answered(500, 1020, 'failed')],
      poolEndedAt: 1012,
    }),
    causes: { 'error-under-load': 2, 'error-after-signal': 1 },
  },
  {
    what: 'a proxy’s errors',
    facts: aTrial({ requests: [answered(502, 1020, 'failed'), answered(504, 1020, 'failed')] }),
    causes: { 'gateway-error': 2 },
  },
  {
    what: 'refusals, before and after the signal',
    facts: aTrial({
      requests: [answered(429, 900, 'failed'), answered(503, 1020, 'failed'), answered(408, 1020, 'failed')],
    }),
    causes: { 'refused-needlessly': 2, 'refused-under-load': 1 },
  },
  {
    what: 'a success that does not say what it should',
    facts: aTrial({
      requests: [{ ...answered(200, 900, 'failed'), reason: 'the body does not name the id' }],
    }),
    causes: { 'wrong-answer': 1 },
    evidence:
      'connection 1: established -0.3 ms, 92 bytes written -105.0 ms, answered 200 -100.0 ms; the body does not name the id',
  },
  {
    what: 'a probe that says yes in the drain',
    facts: aTrial({ requests: [answered(200, 1030, 'failed', { kind: 'probe', id: '' })] }),
    causes: { 'stale-readiness': 1 },
    evidence: 'probe on connection 1: established -0.3 ms, 92 bytes written +25.0 ms, answered 200 +30.0 ms',
  },
  {
    what: 'a probe that says no before the signal',
    facts: aTrial({ requests: [answered(503, 900, 'failed', { kind: 'probe', id: '' })] }),
    causes: { 'unready-before-signal': 1 },
  },
  {
    what: 'a probe that says neither',
    facts: aTrial({ requests: [answered(500, 1020, 'failed', { kind: 'probe', id: '' })] }),
    causes: { 'probe-error': 1 },
  },
  {
    what: 'a keep-alive timeout under a request, before the signal',
    facts: aTrial({
      requests: [answered(201, 600), broken('ECONNRESET', 801, { firstByteAt: 800 })],
      connections: [span({ ...old, endedAt: 801 })],
    }),
    causes: { 'idle-timeout-race': 1 },
  },
  {
    what: 'connections that are cut while nobody stops anything',
    facts: aTrial({
      requests: [broken('FIN', 801, { firstByteAt: 780 })],
      connections: [span({ connectedAt: 770, endedAt: 801 })],
    }),
    causes: { 'cut-before-signal': 1 },
  },
  {
    what: 'a crash under load',
    facts: aTrial({
      requests: [broken('FIN', 801, { firstByteAt: 780 })],
      connections: [span({ connectedAt: 770, endedAt: 801 })],
      exitAt: 801.5,
      exitCode: 1,
      listenerClosedAt: 801,
    }),
    causes: { 'crash-under-load': 1 },
  },
  {
    what: 'a library’s connection',
    facts: aTrial({
      requests: [broken('UND_ERR_SOCKET', 1002, { connection: null, connectedAt: null, bytesWritten: 1 })],
    }),
    causes: { 'pooled-connection-cut': 1 },
    evidence: 'a library of client 0: sent -0.1 ms, UND_ERR_SOCKET +2.0 ms; the listener closed at +1.0 ms',
  },
  {
    what: 'a WebSocket closed by the server',
    facts: aTrial({
      requests: [broken('close 1001', 1002, { kind: 'message' })],
      connections: [span({ ...old, endedAt: 1002 })],
    }),
    causes: { 'websocket-closed': 1 },
    evidence: 'message on connection 1: established -500.0 ms, 92 bytes written -0.1 ms, close 1001 +2.0 ms',
  },
  {
    what: 'a WebSocket without a close frame',
    facts: aTrial({
      requests: [
        broken('close 1006', 1002, { kind: 'message' }),
        broken('ECONNRESET', 1002, { kind: 'message' }),
      ],
      connections: [span({ ...old, endedAt: 1002 })],
    }),
    causes: { 'websocket-cut': 2 },
  },
  {
    what: 'a message that nobody acknowledges, on a WebSocket that was closed long after',
    facts: aTrial({
      requests: [broken('x', 990, { kind: 'message', expectsAnswer: false, error: null, firstByteAt: 990 })],
      connections: [span({ ...old, endedAt: 1002, end: 'close 1001' })],
    }),
    causes: { 'websocket-closed': 1 },
  },
  {
    what: 'a WebSocket that ended with the exit',
    facts: aTrial({
      requests: [broken('close 1006', 1049.5, { kind: 'message', firstByteAt: 1030 })],
      connections: [span({ ...old, endedAt: 1049.5 })],
    }),
    causes: { 'exit-before-answer': 1 },
  },
  {
    what: 'an event stream without its end',
    facts: aTrial({
      requests: [broken('FIN', 1020, { kind: 'stream', firstByteAt: 800 })],
      connections: [span({ connectedAt: 799, firstReadAt: 805, endedAt: 1020 })],
    }),
    causes: { 'stream-cut': 1 },
    evidence:
      'stream on connection 1: established -201.0 ms, 92 bytes written -200.0 ms, the first bytes of an answer -195.0 ms, FIN +20.0 ms; the process ended at +50.0 ms with code 0',
  },
  {
    what: 'streams of HTTP/2',
    facts: aTrial({
      requests: [broken('RST_STREAM 8', 1002), broken('RST_STREAM 7', 1002), broken('GOAWAY', 1003)],
      connections: [span({ endedAt: 1003 })],
    }),
    causes: { 'http2-stream-reset': 2, 'http2-goaway': 1 },
  },
  {
    what: 'an end that nobody saw, and one by the client itself',
    facts: aTrial({
      requests: [{ seen: seenAs(), fate: 'lost', effects: 0 }, broken('client', 1002, { connection: 2 })],
      connections: [span(), span({ id: 2, endedAt: 1002, end: 'client' })],
    }),
    causes: { 'unexplained-end': 2 },
  },
];
