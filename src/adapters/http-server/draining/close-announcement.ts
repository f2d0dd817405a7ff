import type { ServerResponse } from 'node:http';
import type { Connection } from './connection';

const held = new WeakMap<ServerResponse, () => void>();

const announcing = new WeakSet<ServerResponse>();

/**
 * Makes a response of the drain carry `Connection: close` if it is the last one outstanding on its connection when
 * its head is made, and only then: on the first of three pipelined responses it would kill the other two.
 * A response that is complete before its turn is held until then, because more requests may arrive behind it. One
 * that is streamed before its turn goes out without the announcement, and the connection stays open after it.
 *
 * The methods are those that the response has now: a middleware may have put its own there, to save a session or to compress.
 */
export function announceClose(
  connection: Connection,
  response: ServerResponse,
  arriving: () => boolean,
): void {
  if (response.headersSent || announcing.has(response)) return;
  announcing.add(response);
  const { writeHead, write, flushHeaders, end } = response;
  const isFront = () => connection.responses[0] === response;
  const isLast = () =>
    isFront() &&
    connection.responses.length === 1 &&
    connection.mayCloseWithAnswer &&
    !(arriving() && response.req.complete);

  let heldHead: unknown[] | undefined;
  const makeHead = (args: unknown[]) => {
    heldHead = undefined;
    const closes = !response.headersSent && isLast();
    if (closes) response.setHeader('Connection', 'close');
    Reflect.apply(writeHead, response, closes || !connection.isGuarded ? args : withoutClose(response, args));
  };
  const releaseHead = () => {
    if (!response.headersSent) makeHead(heldHead ?? [response.statusCode]);
  };

  Object.assign(response, {
    writeHead(...args: unknown[]) {
      if (isFront()) makeHead(args);
      else heldHead = args;
      return response;
    },
    write(...args: unknown[]) {
      releaseHead();
      return Reflect.apply(write, response, args);
    },
    flushHeaders() {
      releaseHead();
      flushHeaders.call(response);
    },
    end(...args: unknown[]) {
      const finish = () => {
        // Left to `end`, the head of a response that says nothing else gets its Content-Length.
        if (heldHead) makeHead(heldHead);
        Reflect.apply(end, response, args);
      };
      if (response.headersSent || isFront()) finish();
      else held.set(response, finish);
      return response;
    },
  });
}

/**
 * Frameworks that know of the stop (Fastify, stoppable) say `Connection: close` on whatever they answer. Takes it back where
 * the client has not asked for it.
 *
 * @returns the arguments of `writeHead`, with any of its three forms of headers
 */
function withoutClose(response: ServerResponse, args: readonly unknown[]): readonly unknown[] {
  const { complete, headers, httpVersionMinor } = response.req;
  if (response.headersSent || !complete || httpVersionMinor === 0 || saysSo(headers.connection)) return args;
  response.shouldKeepAlive = true;
  if (saysSo(response.getHeader('connection'))) response.removeHeader('connection');
  return args.map((arg) => (typeof arg === 'object' && arg !== null ? withoutCloseIn(arg) : arg));
}

function withoutCloseIn(headers: object): object {
  const isClose = ([name, value]: readonly unknown[]) => /^connection$/i.test(String(name)) && saysSo(value);
  if (!Array.isArray(headers))
    return Object.fromEntries(Object.entries(headers).filter((field) => !isClose(field)));
  if (Array.isArray(headers[0])) return headers.filter((field) => !isClose(field));
  return headers.filter((_, at) => !isClose(headers.slice(at & ~1, (at & ~1) + 2)));
}

function saysSo(value: unknown): boolean {
  return /(?:^|,)\s*close\s*(?:,|$)/i.test(String(value ?? ''));
}

/** Lets the response that has come to the front go, if it had been held. */
export function releaseFront(connection: Connection): void {
  const front = connection.responses[0];
  const release = front && held.get(front);
  if (!release) return;
  // From now on it is under way: a middleware may take its time with it.
  held.delete(front);
  if (!front.writableEnded) release();
}

/** Whether the answer is complete, and only waits for its turn. */
export function isHeld(response: ServerResponse): boolean {
  return held.has(response);
}

/**
 * Whether the newest outstanding response has already told the client that nothing follows it. By node:http's own verdict,
 * because a handler may have said so in any case, in a list, or in `writeHead`, whose headers nobody can read back; there
 * is no public way to it (Node 20 to 26).
 */
export function saysClose(connection: Connection): boolean {
  const newest = connection.responses.at(-1);
  return newest?.headersSent === true && (newest as unknown as { _last: boolean })._last;
}
