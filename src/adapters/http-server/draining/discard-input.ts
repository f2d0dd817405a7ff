import type { Socket } from 'node:net';

/**
 * Takes the socket from its HTTP parser and throws away whatever else arrives, so that no further request on it can
 * reach a handler. Reading goes on, because bytes left unread at the close turn it into an RST, which may take the
 * answer with it (RFC 9112, 9.6). Responses that are still to be written are not touched.
 */
export function discardInput(socket: Socket): void {
  // The order matters: adding a `data` listener is what makes http give the descriptor back from its parser.
  socket.on('data', discard);
  // http's: feeding the parser, telling it of the end (it would call half a request malformed), undoing our resume().
  for (const event of ['data', 'end', 'resume', 'pause']) socket.removeAllListeners(event);
  socket.on('data', discard);
  socket.resume();
  readAgain(socket);
}

/**
 * A body that nobody reads makes http stop the handle behind the stream's back. The stream goes on believing that it
 * reads, so that its resume() starts nothing: a client that is still writing would wait for ever.
 */
function readAgain(socket: Socket): void {
  const { _handle: handle } = socket as unknown as { _handle: ReadableHandle | null };
  if (!handle || handle.reading) return;
  handle.reading = true;
  handle.readStart?.();
}

/** What net keeps of libuv's stream (Node 20 to 26); there is no public way to it. */
interface ReadableHandle {
  reading: boolean;
  readStart?(): void;
}

function discard(): void {}
