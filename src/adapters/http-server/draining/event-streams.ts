import type { ServerResponse } from 'node:http';
import type { Writable } from 'node:stream';

/**
 * Whether it is a stream of server-sent events that is under way. By the head that was sent: one that went to `writeHead` cannot
 * be read back (Node 20 to 26).
 */
export function isEventStream(response: ServerResponse): boolean {
  if (!response.headersSent || response.writableEnded) return false;
  const { _header: head } = response as unknown as { _header?: string | null };
  return /^content-type:[ \t]*text\/event-stream/im.test(head ?? '');
}

/**
 * Ends it as its handler would, compression and all. The handler may not know, and write on: that goes nowhere, where it
 * would be an error that nobody listens for.
 */
export function endQuietly(stream: Writable): void {
  stream.end();
  Object.assign(stream, { write: () => false, end: () => stream });
}
