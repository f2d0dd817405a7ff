import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { gunzipSync } from 'node:zlib';
import compression from 'compression';
import session from 'express-session';
import { DrainingServer } from '../../../../../src/adapters/http-server';
import { Deadline } from '../../../../../src/application/lifecycle/deadline';
import { drainable } from '../../../../../src/bootstrap/drain';

type Middleware = (request: IncomingMessage, response: ServerResponse, next: () => void) => void;

const TEXT = 'compressible '.repeat(500);

/** A store that takes a while: the answer must wait for it. */
class SlowStore extends session.MemoryStore {
  readonly saved: string[] = [];

  override set(id: string, data: session.SessionData, done?: (error?: unknown) => void): void {
    setTimeout(() => {
      this.saved.push(id);
      super.set(id, data, done);
    }, 50);
  }
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** A server that listens, whoever made it. */
interface Subject {
  readonly port: number;
  /** Returns how many requests were cut short. */
  stop(): Promise<number | undefined>;
}

async function ownServer(handler: Handler, timeoutMs: number, onClosed: () => void): Promise<Subject> {
  const server = new DrainingServer({
    handler,
    target: { kind: 'address', port: 0, host: '127.0.0.1' },
    lingerMs: 0,
    observer: ({ type }) => type === 'listener-closed' && onClosed(),
  });
  await server.start(new AbortController().signal);
  return {
    port: server.address().port,
    async stop() {
      const deadline = Deadline.in(timeoutMs);
      const { forced } = await server.stop(deadline);
      deadline.clear();
      return forced;
    },
  };
}

async function attachedServer(handler: Handler, timeoutMs: number, onClosed: () => void): Promise<Subject> {
  const server = drainable(createServer({ keepAliveTimeout: 75_000 }, handler), {
    timeoutMs,
    lingerMs: 0,
    onEvent: ({ type }) => type === 'listener-closed' && onClosed(),
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    stop: async () => (await server.drain()).forced,
  };
}

/** Asks on one connection for so many answers, all of which are in flight at the signal; returns all that came. */
async function drainWith(
  make: typeof ownServer,
  middlewares: readonly Middleware[],
  pipelined = 1,
): Promise<Buffer> {
  const waiting: (() => void)[] = [];
  let allReceived = () => {};
  const received = new Promise<void>((resolve) => {
    allReceived = resolve;
  });
  const handler = (request: IncomingMessage, response: ServerResponse) => {
    const run = (index: number) => {
      const next = middlewares[index];
      if (next) return next(request, response, () => run(index + 1));
      waiting.push(() => {
        Object.assign((request as IncomingMessage & { session?: object }).session ?? {}, { seen: true });
        response.setHeader('Content-Type', 'text/plain');
        response.end(TEXT);
      });
      if (waiting.length === pipelined) allReceived();
    };
    run(0);
  };
  let draining = () => {};
  const listenerClosed = new Promise<void>((resolve) => {
    draining = resolve;
  });
  const server = await make(handler, 5_000, draining);
  const client = connect(server.port, '127.0.0.1');
  client.write('GET / HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n\r\n'.repeat(pipelined));
  await received;
  const stopping = server.stop();
  await listenerClosed;
  await new Promise(setImmediate);
  // Last first: each is complete before its turn, and is held back until then.
  for (const answer of waiting.reverse()) answer();
  const chunks: Buffer[] = [];
  client.on('data', (chunk) => chunks.push(chunk));
  await once(client, 'end');
  client.end();
  expect(await stopping).toBe(0);
  return Buffer.concat(chunks);
}

const headsOf = (bytes: Buffer) => bytes.toString('latin1').match(/HTTP\/1\.1 200 OK\r\n.*?\r\n\r\n/gs) ?? [];

/** The chunks behind the first head, put together. */
function bodyOf(bytes: Buffer): Buffer {
  const chunks: Buffer[] = [];
  for (let at = bytes.indexOf('\r\n\r\n') + 4; ; ) {
    const lineEnd = bytes.indexOf('\r\n', at);
    const size = Number.parseInt(bytes.toString('latin1', at, lineEnd), 16);
    if (!(size > 0)) return Buffer.concat(chunks);
    chunks.push(bytes.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = lineEnd + 2 + size + 2;
  }
}

describe.each([
  ['ours', ownServer],
  ["somebody else's", attachedServer],
])(
  'on a server that is %s, an answer in flight at the signal goes the way that the middleware has laid for it',
  (_whose, make) => {
    it('a session is saved before it, and sets its cookie', async () => {
      const store = new SlowStore();
      const sessions = session({ secret: 's', resave: true, saveUninitialized: true, store });
      const answer = await drainWith(make, [sessions as unknown as Middleware]);
      const [head] = headsOf(answer);
      expect(head).toMatch(/^Set-Cookie: connect\.sid=/m);
      expect(head).toMatch(/^Connection: close\r$/m);
      expect(store.saved).toHaveLength(1);
      expect(bodyOf(answer).toString()).toBe(TEXT);
    });

    it('it is compressed', async () => {
      const answer = await drainWith(make, [compression() as unknown as Middleware]);
      const [head = ''] = headsOf(answer);
      expect(head).toMatch(/^Content-Encoding: gzip\r$/m);
      expect(head).toMatch(/^Connection: close\r$/m);
      expect(gunzipSync(bodyOf(answer)).toString()).toBe(TEXT);
    });

    it('so it is with three that are pipelined, and the last one alone says close', async () => {
      const store = new SlowStore();
      const sessions = session({ secret: 's', resave: true, saveUninitialized: true, store });
      const answer = await drainWith(make, [sessions as unknown as Middleware], 3);
      const heads = headsOf(answer);
      expect(heads.map((head) => /^Set-Cookie: /m.test(head))).toEqual([true, true, true]);
      expect(heads.map((head) => /^Connection: close\r$/m.test(head))).toEqual([false, false, true]);
      expect(store.saved).toHaveLength(3);
    });

    it('an answer whose middleware never comes to its end is answered 503 in its place at the hard deadline', async () => {
      const waiting: ServerResponse[] = [];
      const hang: Handler = (_request, response) => {
        if (waiting.push(response) === 2) response.end = () => response;
      };
      const server = await make(hang, 300, () => {});
      const client = connect(server.port, '127.0.0.1');
      client.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(2));
      while (waiting.length < 2) await new Promise(setImmediate);
      const stopping = server.stop();
      await new Promise((resolve) => setTimeout(resolve, 50));
      // The second is complete before its turn, is let go when the first is answered, and then hangs in its middleware.
      waiting[1]?.end('late');
      waiting[0]?.end('first');
      let answers = '';
      client.on('data', (chunk) => {
        answers += chunk;
      });
      await once(client, 'close');
      expect(answers.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 503']);
      expect(await stopping).toBe(1);
    });
  },
);
