/**
 * A process with nothing in it but a draining server, ours or one that is attached to; SIGTERM stops it. Speaks JSON lines on stdout: `ready`, every
 * event, what its handlers ran, and the report. Its routes:
 *   GET  /fast             answers at once, within the call of the handler
 *   GET  /slow?ms=N        answers after N ms, or with 503 when cancelled; with &stubborn=1 it heeds no cancellation
 *   GET  /won?ms=N         answers 201 after N ms, and when cancelled too: the COMMIT had won
 *   GET  /stream?ms=N      sends its head at once, and the body after N ms
 *   GET  /big              answers with 64 MiB, more than the kernel's buffers hold
 *   POST /work             reads the body, then "inserts a row" (says so) and answers 201
 *   POST /limited          answers 413 once a kilobyte has come, and reads no further
 *   GET  /hijack           takes the raw socket
 *   GET  /connections      answers with their number
 *   GET  /held             answers when somebody asks for /release
 *   GET  /cpu              answers with the milliseconds of processor time so far
 *   GET  /block?ms=N       blocks the event loop
 */
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { Duplex } from 'node:stream';
import { DrainingServer } from '../../../src/adapters/http-server';
import type { StopDetails } from '../../../src/application/lifecycle/component';
import { Deadline } from '../../../src/application/lifecycle/deadline';
import { drainable, type HttpServerEvent, type Refusal } from '../../../src/bootstrap/drain';

interface Settings {
  readonly form?: 'own' | 'attached' | 'attached https';
  readonly lingerMs?: number;
  readonly budgetMs?: number;
  readonly limits?: { readonly silentClientTimeoutMs?: number };
  readonly upgrades?: boolean;
  /** Where the certificate is. */
  readonly certificate?: string;
}

/** What the tests want of either. */
interface Subject {
  start(): Promise<void>;
  stop(): Promise<StopDetails>;
  port(): number;
  connections(): Promise<number>;
}

const settings = JSON.parse(process.argv[2] ?? '{}') as Settings;
const { budgetMs = 5_000, form = 'own', lingerMs = 250, limits } = settings;
const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);
const cancelled = new AbortController();
const held: ServerResponse[] = [];

const cancel = () => {
  say({ cancelled: true });
  cancelled.abort();
};
const refusalLook = (refusal: Refusal) => ({
  headers: { 'Content-Type': 'application/json', 'Retry-After': '1' },
  body: JSON.stringify(refusal),
});
const observer = (event: HttpServerEvent) => say({ event: event.type, ...event });
const onUpgrade = (_request: IncomingMessage, socket: Duplex) => {
  socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n');
  socket.pipe(socket);
};
const subject: Subject = form === 'own' ? ownServer() : attachedServer();

function ownServer(): Subject {
  const server = new DrainingServer({
    handler,
    target: { kind: 'address', port: 0, host: '127.0.0.1' },
    lingerMs,
    cancel,
    refusalLook,
    observer,
    ...(limits && { limits }),
    ...(settings.upgrades && { onUpgrade }),
  });
  return {
    start: () => server.start(new AbortController().signal),
    async stop() {
      const deadline = Deadline.in(budgetMs);
      const details = await server.stop(deadline);
      deadline.clear();
      return details;
    },
    port: () => server.address().port,
    connections: async () => server.connectionCounts().total,
  };
}

/** A server as other people write theirs, and the one line. Its report is put into the words of the other's. */
function attachedServer(): Subject {
  const read = (file: string) => readFileSync(path.join(settings.certificate ?? '', file));
  const plain: Server =
    form === 'attached'
      ? createServer(handler)
      : createHttpsServer({ key: read('localhost.key.pem'), cert: read('localhost.pem') }, handler);
  plain.keepAliveTimeout = 75_000;
  if (settings.upgrades) plain.on('upgrade', onUpgrade);
  const server = drainable(plain, {
    timeoutMs: budgetMs,
    lingerMs,
    refusal: refusalLook,
    onEvent: observer,
    ...limits,
  });
  server.outOfTime.addEventListener('abort', cancel);
  return {
    start: () => new Promise((resolve) => server.listen(0, '127.0.0.1', resolve)),
    async stop() {
      server.close();
      const { answered, connections, failed, forced, listener, tookMs, untaken, ...rest } =
        await server.drain();
      return {
        forced,
        figures: {
          connectionsAtSignal: connections,
          answeredDuringDrain: answered,
          failedDuringDrain: failed,
          unread: untaken,
          drainMs: tookMs,
          listenerCloseMs: listener.tookMs,
          ...(rest as unknown as Record<string, number>),
        },
      };
    },
    port: () => (server.address() as AddressInfo).port,
    connections: () => new Promise((resolve) => server.getConnections((_error, count) => resolve(count))),
  };
}

function handler(request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? '/', 'http://fixture');
  const ms = Number(url.searchParams.get('ms') ?? 0);
  const path = `${request.method} ${url.pathname}`;
  say({ ran: path, tag: url.searchParams.get('tag') });
  if (path === 'GET /slow') {
    const answer = (status: number) => () => {
      if (!response.headersSent) response.writeHead(status).end(String(status));
    };
    // Not to hold the process: what ends it is what is tested.
    setTimeout(answer(200), ms).unref();
    if (!url.searchParams.has('stubborn')) cancelled.signal.addEventListener('abort', answer(503));
  } else if (path === 'GET /won') {
    const timer = setTimeout(() => response.writeHead(201).end(), ms).unref();
    cancelled.signal.addEventListener('abort', () => {
      clearTimeout(timer);
      response.writeHead(201).end();
    });
  } else if (path === 'GET /stream') {
    response.writeHead(200, { 'Content-Length': '2' }).flushHeaders();
    setTimeout(() => response.end('ok'), ms);
  } else if (path === 'GET /big') {
    response.end(Buffer.alloc(64 << 20, 'x'));
  } else if (path === 'POST /work') {
    readAll(request).then(
      (body) => {
        say({ row: body });
        response.statusCode = 201;
        response.end(body);
      },
      () => {},
    );
  } else if (path === 'POST /limited') {
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= 1_024 || response.headersSent) return;
      request.pause();
      response.writeHead(413).end('too large');
    });
  } else if (path === 'GET /hijack') {
    const { socket } = request;
    response.detachSocket(socket);
    socket.write('raw');
  } else if (path === 'GET /connections') {
    subject.connections().then((count) => response.end(String(count)));
  } else if (path === 'GET /held') {
    held.push(response);
  } else if (path === 'GET /release') {
    for (const waiting of held.splice(0)) waiting.end('released');
    response.end('released');
  } else if (path === 'GET /cpu') {
    response.end(String(cpuMs()));
  } else if (path === 'GET /block') {
    const until = performance.now() + ms;
    while (performance.now() < until);
    response.end('blocked');
  } else {
    response.end('fast');
  }
}

/** The processor time of this process so far. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

async function readAll(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) body += chunk;
  return body;
}

process.once('SIGTERM', async () => {
  const report = await subject.stop();
  say({ stopped: report, cpuMs: cpuMs() });
  process.exitCode = report.forced ? 1 : 0;
});

subject.start().then(() => say({ ready: subject.port() }));
