import type { Socket } from 'node:net';

/**
 * Takes the socket from its HTTP parser and throws away whatever else arrives, so that no further request on it can
 * reach a handler. Reading goes on, because bytes left unread at the close turn it into an RST, which may take the
 * answer with it (RFC 9112, 9.6). Responses that are still to be written are not touched.
 */
export function mute(socket: Socket): void {
  // The order matters: adding a `data` listener is what makes http give the descriptor back from its parser.
  socket.on('data', discard);
  // http's: feeding the parser, telling it of the end (it would call half a request malformed), undoing our resume().
  for (const event of ['data', 'end', 'resume', 'pause']) socket.removeAllListeners(event);
  socket.on('data', discard);
  socket.resume();
}

function discard(): void {}
