import WebSocket from 'ws';
import type { MessageTemplate } from '../requests/message-template';
import { watchExit } from './after-exit';
import type { ConnectionOptions } from './connection';
import { authorityOf, connectTo } from './endpoint';
import { codeOf } from './error-code';
import type { ConnectionSpan } from './recorder';

export interface WebSocketOptions extends ConnectionOptions {
  readonly messages: MessageTemplate;
}

/** The close code of a connection that has ended without a close frame (RFC 6455, 7.1.5). */
const ABNORMAL = 1006;

export interface OpeningWebSocket {
  readonly socket: WebSocket;
  readonly span: ConnectionSpan;
  /** Resolves with whether it was opened. Never rejects. */
  readonly opened: Promise<boolean>;
}

/**
 * Begins to open a WebSocket. When none can be had, that is recorded as a stream which was refused, or cut off: a handshake has
 * no effect, but whoever sent one is owed an answer.
 */
export function openWebSocket(options: WebSocketOptions): OpeningWebSocket {
  const { endpoint, messages, recorder } = options;
  const span = recorder.connection(options.client);
  const handshake: Handshake = { connectedAt: null, bytesWritten: 0, status: null };
  const tcp = connectTo(endpoint);
  tcp.once(endpoint.tls === undefined ? 'connect' : 'secureConnect', () => {
    handshake.connectedAt = recorder.now();
  });
  const socket = new WebSocket(
    `${endpoint.tls === undefined ? 'ws' : 'wss'}://${authorityOf(endpoint)}${messages.path}`,
    { headers: messages.headers, perMessageDeflate: false, createConnection: () => tcp },
  );
  socket.once('unexpected-response', (_request, answer) => {
    handshake.status = answer.statusCode ?? null;
    socket.terminate();
  });
  watchEnd(options, span, socket);
  const opened = new Promise<boolean>((resolve) => {
    socket.once('open', () => {
      span.connectedAt = recorder.now();
      span.firstReadAt = span.connectedAt;
      resolve(true);
    });
    socket.once('close', () => {
      if (span.connectedAt !== null) return;
      if (handshake.connectedAt !== null) handshake.bytesWritten = tcp.bytesWritten;
      recordFailure(options, span, handshake);
      resolve(false);
    });
  });
  return { socket, span, opened };
}

interface Handshake {
  connectedAt: number | null;
  bytesWritten: number;
  /** Of an answer other than 101. */
  status: number | null;
}

function watchEnd({ recorder, gone }: WebSocketOptions, span: ConnectionSpan, socket: WebSocket): void {
  let error: string | null = null;
  socket.on('error', (cause) => {
    error ??= codeOf(cause);
  });
  const unwatch = watchExit(
    gone,
    () => span.connectedAt !== null,
    (why) => {
      error ??= why;
      socket.terminate();
    },
  );
  socket.once('close', (code) => {
    unwatch();
    span.endedAt = recorder.now();
    span.end = code === ABNORMAL ? (error ?? 'FIN') : `close ${code}`;
  });
}

function recordFailure(
  { recorder, messages, client }: WebSocketOptions,
  span: ConnectionSpan,
  { connectedAt, bytesWritten, status }: Handshake,
): void {
  const seen = recorder.observe('stream', messages, client, span.id, { startedAt: span.openedAt });
  Object.assign(seen, { connectedAt, firstByteAt: connectedAt, allBytesAt: connectedAt, bytesWritten });
  seen.endedAt = span.endedAt;
  if (status === null) {
    seen.error = span.end;
    return;
  }
  seen.answeredAt = span.endedAt;
  seen.status = status;
  seen.mismatch = `the handshake was answered ${status}`;
}
