import { exit, listenerClose, sameExit } from '../beside';
import { isReset, wasEndedByServer } from '../ends';
import { LISTENER_MS, QUEUED_MS, SILENT_MS, UNREAD_FIN_MS } from '../thresholds';
import type { RequestRule } from './rule';

/** Answers that had begun. */
export const BEGUN: readonly RequestRule[] = [
  {
    id: 'stream-cut',
    title: 'An event stream was cut off',
    explanation:
      'An answer without an end of its own was ended by the end of its connection: without the last chunk (RFC 9112, 7.1) or its full length. The client cannot tell that from a broken network.',
    advice:
      'End streams as their handler would: tell the client when to come back (`retry:`), end the answer, and only then the connection. Node: lastcall-drain ends event streams after the linger, or lets `server.draining` tell their handlers.',
    when: 'a stream that had begun, or follows an earlier answer, was not ended cleanly',
    matches: ({ request: { seen }, answerBegan, lastAnswer, span, endedAt }) =>
      seen.kind === 'stream' && endedAt !== null && (answerBegan || lastAnswer !== null || span === null),
    beside: [exit],
  },
  {
    id: 'answer-cut-short',
    title: 'Answers were cut short',
    explanation:
      'Part of an answer was read, then the connection ended. A process that exits, or destroys a socket, takes along what it has not yet handed to the kernel; and a socket that is closed with unread bytes is reset, which makes the client’s kernel drop even what had arrived (RFC 9112, 9.6).',
    advice:
      'Count a request as in flight until the last byte of its answer has been taken, close with FIN, and read on until the client’s own FIN. Node: lastcall-drain; without it, wait for `finish` of the response, not for the handler’s return.',
    when: 'part of its answer was read, and the connection ended',
    matches: ({ answerBegan, endedAt }) => answerBegan && endedAt !== null,
    beside: [exit],
  },
];

/** New connections, which may never have reached the process. */
export const QUEUED: readonly RequestRule[] = [
  {
    id: 'accept-queue-reset',
    title: 'Closing the listener reset the connections in its accept queue',
    explanation:
      'The kernel completes handshakes by itself and keeps the connections in the accept queue until the process takes them; clients may write at once. Closing a listening socket resets what still waits there, the requests with it.',
    advice:
      'Keep new clients out first (let the balancer see a failing probe, and wait), accept all that waits in the queue, and only then close the listener. Node: lastcall-drain does so on Linux, where the kernel drops SYNs meanwhile. Go: `Shutdown` closes the listener first, so wait before it is called. Kubernetes: a `preStop` sleep keeps most clients away.',
    when: `a reset on a connection that never brought a byte, within ${LISTENER_MS} ms of the listener’s close where that was seen; not known to have been accepted (an answer on a younger connection, TLS, ${SILENT_MS} ms of silence or ${QUEUED_MS} ms of age); and not with an exit that was abrupt`,
    matches: (fault, trial) =>
      isReset(fault.request.seen) &&
      fault.isSilent &&
      fault.request.seen.bytesWritten > 0 &&
      trial.endedWithListener(fault) &&
      !trial.wasAccepted(fault) &&
      !(trial.wentWithExit(fault) && trial.exitWasAbrupt),
    beside: [listenerClose, sameExit],
  },
];

/** Connections that the server ended while the process lived on. */
export const ENDED: readonly RequestRule[] = [
  {
    id: 'half-received-dropped',
    title: 'Half-received requests were dropped',
    explanation:
      'The client was still sending when the server ended the connection. A request without all of its head or body was taken for an idle connection, or not waited for.',
    advice:
      'A connection is in flight from the first byte of a request. Wait for the rest, within a time limit, and answer 408 when that is over (RFC 9110, 15.5.9): it says that nothing was done. Node: lastcall-drain sees half-received requests in the parser. Elsewhere: look for a time limit on reading heads and bodies that goes on during the stop.',
    when: 'not all bytes had been written when the connection ended',
    matches: ({ request: { seen }, endedAt }) =>
      endedAt !== null && seen.bytesWritten > 0 && seen.allBytesAt === null && !seen.withheld,
    beside: [listenerClose, sameExit],
  },
  {
    id: 'pooled-connection-cut',
    title: 'A client library’s connection was ended under a request',
    explanation:
      'A library that keeps its connections to itself reported that one ended before the answer. It does not say whether the connection was new or kept, so it is either a race with an idle close, or a busy connection that was ended, or the accept queue.',
    advice:
      'The modes with plain connections tell these apart: `kept-alive`, `random-gaps` and `one-shot`. What helps against all three is a linger for idle connections, an empty accept queue before the listener closes, and `Connection: close` on the last answers. Node: lastcall-drain.',
    when: 'a library reported the end of a connection that it hides',
    matches: ({ request: { seen }, endedAt }) =>
      seen.connection === null && endedAt !== null && wasEndedByServer(seen),
    beside: [listenerClose, sameExit],
  },
  {
    id: 'idle-close-race',
    title: 'An idle connection was closed under a request that was on its way',
    explanation:
      'The server ended a connection that was idle to its knowledge in the moment in which a request came in on it. The two crossed (RFC 9112, 9.5): the bytes were in the kernel, or on their way there, and nobody had read them.',
    advice:
      'Do not close idle connections at the signal. Let each bring one more request for a while (a linger of half a second), say `Connection: close` on its answer, and give those that stay silent a 408 before the FIN: it tells a client that nothing was done. Node: `server.close()` ends idle connections at once since version 19, and lastcall-drain lets them linger. Go: `Shutdown` ends them at once, too.',
    when: `a reset at most ${QUEUED_MS} ms, or a FIN at most ${UNREAD_FIN_MS} ms, after the request was complete (or a FIN soon after a listener’s close that came so soon); no effect; and the connection was idle before: since an earlier answer, or since it was accepted`,
    matches: (fault, trial) => {
      const since = fault.lastAnswer?.seen.answeredAt ?? null;
      const wasIdle =
        since === null ? trial.wasAccepted(fault) : since <= (fault.request.seen.firstByteAt ?? 0);
      return wasEndedByServer(fault.request.seen) && wasIdle && trial.wasUnread(fault);
    },
    beside: [listenerClose, sameExit],
  },
  {
    id: 'busy-connection-cut',
    title: 'A kept-alive connection was ended with a request on it',
    explanation:
      'An earlier request on the connection was answered. The next one was carried out, or had been read (a FIN after this long says so: a close with unread bytes would have been a reset, RFC 9293, 3.6.1), or had waited for long, and the server ended the connection instead of answering.',
    advice:
      'End a connection only when every request that it brought is answered, and look for bytes in the socket before it is taken for idle. Node: not `closeAllConnections()`, and not the `destroy()` of sockets; lastcall-drain does both. Go: `Shutdown` waits for requests in work, `Close` does not.',
    when: 'an earlier request on the connection was answered, and this one was not',
    matches: ({ request: { seen }, lastAnswer, endedAt }) =>
      endedAt !== null && lastAnswer !== null && wasEndedByServer(seen),
    beside: [listenerClose, sameExit],
  },
  {
    id: 'first-request-cut',
    title: 'A connection was ended with its first request on it',
    explanation:
      'The first request on a connection had been written, and the server ended the connection without an answer, while the process lived on. By what was seen it was not the accept queue that was reset.',
    advice:
      'Wait for requests in flight before their connections are ended, those that were just accepted included. Node: not `closeAllConnections()`, and not the `destroy()` of sockets; use lastcall-drain. Go: `Shutdown`, not `Close`.',
    when: 'the server ended the connection under its first request',
    matches: ({ request: { seen }, span, endedAt }) =>
      endedAt !== null && span !== null && seen.bytesWritten > 0 && wasEndedByServer(seen),
    beside: [listenerClose, sameExit],
  },
];
