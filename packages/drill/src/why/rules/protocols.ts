import { earlyClose } from '../beside';
import type { RequestRule } from './rule';

const NODE_WEBSOCKET =
  'Node: lastcall-drain with `upgraded: "wait"`, and a goodbye when `server.draining` aborts. Go: `Shutdown` does not wait for hijacked connections; say goodbye in `RegisterOnShutdown` and wait for them.';

/** Requests to which the server said something that ended them, in the words of its protocol. */
export const PROTOCOLS: readonly RequestRule[] = [
  {
    id: 'unreadable-answer',
    title: 'What came back is not HTTP',
    explanation:
      'The bytes that came back could not be read as an answer, so the client gave the connection up. Two answers may have been written into each other, or something other than HTTP.',
    advice:
      'Look for a handler that writes to the socket beside the framework, a wrong `Content-Length`, or a port that speaks TLS when the drill does not.',
    when: 'the client’s reader of answers gave up',
    matches: ({ request: { seen } }) =>
      /^not an HTTP|^a chunk without a size|^HPE_/.test(seen.error ?? '') && seen.answeredAt === null,
  },
  {
    id: 'close-on-early-answer',
    title: '`Connection: close` on an early answer threw away the requests behind it',
    explanation:
      'Several requests had been written on one connection when an answer to an early one said `Connection: close`. A server must not process what follows such an answer (RFC 9112, 9.6), so the later requests, already received, were lost.',
    advice:
      'Say `Connection: close` only on the answer to the last request that has been received on a connection. Node: lastcall-drain moves it there, whoever set it. Elsewhere: keep pipelining clients away from the server (most balancers do not pipeline).',
    when: 'an earlier answer said that it was the last, when this request had been written already',
    matches: (fault) => fault.earlyClose !== null,
    beside: [earlyClose],
  },
  {
    id: 'http2-goaway',
    title: 'GOAWAY left streams unanswered',
    explanation:
      'The server ended an HTTP/2 connection by GOAWAY with streams on it that were never answered. Only streams beyond its last stream id are known not to have been processed (RFC 9113, 6.8).',
    advice:
      'Shut down in two steps: a GOAWAY with the highest stream id, a round trip of waiting, then a GOAWAY with the last stream that was taken; close when all of those are answered. Node: `session.close()` instead of `session.destroy()`; lastcall-drain does so for each session. Go: `Shutdown`.',
    when: 'the stream ended with GOAWAY',
    matches: ({ request: { seen } }) => (seen.error ?? '').includes('GOAWAY'),
  },
  {
    id: 'http2-stream-reset',
    title: 'Streams of HTTP/2 were reset',
    explanation:
      'The server ended single streams by RST_STREAM instead of answering them. REFUSED_STREAM (7) promises that nothing was done (RFC 9113, 8.7); any other code says nothing about it.',
    advice:
      'Wait for the streams that are open before the session is destroyed; refuse late ones by a 503, or by REFUSED_STREAM before any work is done. Node: lastcall-drain.',
    when: 'the stream ended with RST_STREAM',
    matches: ({ request: { seen } }) => (seen.error ?? '').startsWith('RST_STREAM'),
  },
  {
    id: 'websocket-closed',
    title: 'A WebSocket was closed over an unacknowledged message',
    explanation:
      'The server sent a close frame while a message of the client had no acknowledgement yet. A close frame does not say which messages were heard (RFC 6455, 5.5.1), so the client cannot know.',
    advice: `Say goodbye in the application’s own protocol, go on acknowledging until the client answers it, and only then close with 1001. ${NODE_WEBSOCKET}`,
    when: 'the message ended with a close frame, whatever its code',
    matches: ({ request: { seen } }) => /^close (?!1006)\d+/.test(seen.error ?? ''),
  },
];

/** The same where the connection just ended, and no end of the whole process explains it. */
export const CUT_SOCKETS: readonly RequestRule[] = [
  {
    id: 'websocket-cut',
    title: 'A WebSocket was cut without a close frame',
    explanation:
      'The connection of a WebSocket ended without a close frame (the client’s library calls it 1006), while a message had no acknowledgement yet. An HTTP server’s stop knows nothing of connections that it has handed over to a WebSocket library.',
    advice: `Keep a list of the WebSockets and end each one by its own protocol: a goodbye, the last acknowledgements, a close frame with 1001. ${NODE_WEBSOCKET}`,
    when: 'a message whose connection ended without a close frame',
    matches: ({ request: { seen }, endedAt }) =>
      endedAt !== null && (seen.kind === 'message' || (seen.error ?? '').startsWith('close 1006')),
  },
];
