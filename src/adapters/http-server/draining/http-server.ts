import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { HttpLimits } from './options';

/** What the draining server wants to hear of its `http.Server`. */
export interface HttpServerHooks {
  accepted(socket: Socket): void;
  received(request: IncomingMessage, response: ServerResponse, expectsContinue: boolean): void;
  failed(error: Error, socket: Socket): void;
  idleTooLong(socket: Socket): void;
}

/** An `http.Server` with our limits that leaves the end of a connection to us. */
export function createHttpServer(limits: HttpLimits, hooks: HttpServerHooks): Server {
  const server = createServer({
    headersTimeout: limits.headersTimeoutMs,
    requestTimeout: limits.requestTimeoutMs,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    maxHeaderSize: limits.maxHeaderBytes,
    connectionsCheckingInterval: 1_000,
    // Node would answer by itself, without a body and behind our back; the handler checks.
    requireHostHeader: false,
  });
  server.maxRequestsPerSocket = limits.maxRequestsPerSocket;
  if (limits.maxConnections > 0) server.maxConnections = limits.maxConnections;
  // Undocumented, there since 0.x: a client that half-closes after its request still gets its answer.
  Object.assign(server, { httpAllowHalfOpen: true });
  server.on('connection', (socket) => hooks.accepted(socket));
  server.on('request', (request, response) => hooks.received(request, response, false));
  server.on('checkContinue', (request, response) => hooks.received(request, response, true));
  // An expectation that nobody knows may be ignored (RFC 9110, 10.1.1); Node would answer 417 behind our back.
  server.on('checkExpectation', (request, response) => hooks.received(request, response, false));
  // Without a listener the connection is cut without an answer.
  server.on('connect', (_request, socket) => hooks.failed(noTunnel(), socket as Socket));
  server.on('clientError', (error, socket) => hooks.failed(error, socket as Socket));
  // Without a listener http.Server destroys the connection, request on the wire or not.
  server.on('timeout', (socket) => hooks.idleTooLong(socket));
  return server;
}

/** CONNECT asks for a tunnel; to a server that is no proxy, it is as wrong as any unknown method. */
function noTunnel(): Error {
  return Object.assign(new Error('CONNECT is not served'), { code: 'HPE_INVALID_METHOD' });
}

/**
 * Says `100 Continue` as the handler begins to read the body, so that a handler which refuses without a look at it
 * spares the client from sending it (RFC 9110, 10.1.1).
 */
export function continueWhenRead(request: IncomingMessage, response: ServerResponse): void {
  const onListener = (event: string | symbol) => {
    if (event !== 'data' && event !== 'readable') return;
    request.off('newListener', onListener);
    if (!response.headersSent) response.writeContinue();
  };
  request.on('newListener', onListener);
}
