import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { connect as connectHttp2, createServer as createHttp2Server } from 'node:http2';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { type AnyServer, type DrainOptions, drainable } from '../../../src/bootstrap/drain';

const EVENT_STREAM = 'text/event-stream; charset=utf-8';
const errors: unknown[] = [];
const noteError = (error: unknown) => errors.push(error);
beforeAll(() => process.on('uncaughtException', noteError));
afterAll(() => {
  process.off('uncaughtException', noteError);
  expect(errors).toEqual([]);
});

/** For who waits until the time is over; the others have more of it than a busy machine takes. */
const SOON = { timeoutMs: 600 };

async function listening<S extends AnyServer>(server: S, options: DrainOptions = {}) {
  const drained = drainable(server, { lingerMs: 100, timeoutMs: 5_000, ...options });
  drained.listen(0, '127.0.0.1');
  await once(drained, 'listening');
  return { server: drained, port: (drained.address() as AddressInfo).port };
}

const newServer = (handler: (response: ServerResponse) => void): Server =>
  createServer({ keepAliveTimeout: 75_000 }, (_request, response) => handler(response));

/** A client and all that it has got, `closed` when the server has ended it. */
async function asking(port: number, bytes: string) {
  const socket = connect(port, '127.0.0.1');
  const client = { text: '', socket, closed: once(socket, 'close') };
  socket.on('data', (chunk) => {
    client.text += chunk;
  });
  socket.write(bytes);
  await once(socket, 'data');
  return client;
}

const GET = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';
const UPGRADE = 'GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n';

describe('an event stream', () => {
  it.each<[string, (response: ServerResponse) => void]>([
    ['setHeader', (response) => void response.setHeader('content-type', EVENT_STREAM)],
    ['writeHead', (response) => void response.writeHead(200, { 'Content-Type': EVENT_STREAM })],
  ])(
    'whose type went to %s is ended cleanly after the linger, and who writes on is none the wiser',
    async (_to, head) => {
      let timer: NodeJS.Timeout | undefined;
      const { server, port } = await listening(
        newServer((response) => {
          head(response);
          response.write('data: 1\n\n');
          timer = setInterval(() => response.write('data: 2\n\n'), 10);
          response.on('close', () => clearInterval(timer));
        }),
      );
      const client = await asking(port, GET);
      const report = await server.drain();
      await client.closed;
      clearInterval(timer);
      expect(client.text).toMatch(/data: 2\n\n\r\n0\r\n\r\n(?:HTTP\/1\.1 408|$)/);
      expect(report).toMatchObject({ outcome: 'clean', answered: 1, forced: 0 });
      expect(report.tookMs).toBeGreaterThanOrEqual(99);
      expect(report.tookMs).toBeLessThan(4_000);
    },
  );

  it('may say its own goodbye when the drain begins', async () => {
    const { server, port } = await listening(
      newServer((response) => {
        response.writeHead(200, { 'content-type': EVENT_STREAM }).write('data: 1\n\n');
        server.draining.addEventListener('abort', () => response.end('event: bye\ndata:\n\n'));
      }),
    );
    const client = await asking(port, GET);
    expect(await server.drain()).toMatchObject({ outcome: 'clean', answered: 1 });
    await client.closed;
    expect(client.text).toMatch(/event: bye\ndata:\n\n\r\n0\r\n\r\n(?:HTTP\/1\.1 408|$)/);
  });

  it('is waited for where that is wanted, and cut at the end', async () => {
    const { server, port } = await listening(
      newServer(
        (response) => void response.writeHead(200, { 'content-type': EVENT_STREAM }).write('data: 1\n\n'),
      ),
      { ...SOON, eventStreams: 'wait' },
    );
    const client = await asking(port, GET);
    const report = await server.drain();
    await client.closed;
    expect(report).toMatchObject({ outcome: 'forced', forced: 1 });
    expect(report.tookMs).toBeGreaterThan(500);
  });

  it('of HTTP/2 is ended cleanly as well', async () => {
    const server = createHttp2Server((_request, response) => {
      response.writeHead(200, { 'content-type': EVENT_STREAM });
      response.write('data: 1\n\n');
    });
    const { server: drained, port } = await listening(server);
    const session = connectHttp2(`http://127.0.0.1:${port}`);
    const stream = session.request({ ':path': '/' });
    await once(stream, 'data');
    const ended = once(stream, 'end');
    stream.resume();
    expect(await drained.drain()).toMatchObject({ outcome: 'clean', answered: 1, connections: 1 });
    await ended;
    expect(stream.rstCode).toBe(0);
  });

  it('another endless answer is not ended: nobody knows that it is whole', async () => {
    const { server, port } = await listening(
      newServer((response) => void response.writeHead(200, { 'content-type': 'text/plain' }).write('part')),
      SOON,
    );
    const client = await asking(port, GET);
    expect(await server.drain()).toMatchObject({ outcome: 'forced', forced: 1 });
    await client.closed;
    expect(client.text).not.toMatch(/0\r\n\r\n$/);
  });
});

describe('an upgraded connection', () => {
  const upgrading = () => {
    const server = newServer(() => {});
    const sockets: Socket[] = [];
    server.on('upgrade', (_request, socket) => {
      sockets.push(socket as Socket);
      socket.write('HTTP/1.1 101 Switching Protocols\r\n\r\n');
      socket.on('data', (chunk) => socket.write(chunk));
    });
    return { server, sockets };
  };

  it('is closed at the end of the linger', async () => {
    const { server, port } = await listening(upgrading().server);
    const client = await asking(port, UPGRADE);
    const report = await server.drain();
    await client.closed;
    expect(report).toMatchObject({ outcome: 'clean', forced: 0 });
    expect(report.tookMs).toBeGreaterThanOrEqual(99);
    expect(report.tookMs).toBeLessThan(4_000);
  });

  it('is waited for where that is wanted, until the application closes it', async () => {
    const { server: plain, sockets } = upgrading();
    const { server, port } = await listening(plain, { upgraded: 'wait' });
    const client = await asking(port, UPGRADE);
    let closedAt = 0;
    server.draining.addEventListener('abort', () => {
      setTimeout(() => {
        closedAt = performance.now();
        sockets[0]?.end('bye');
      }, 250);
    });
    expect(await server.drain()).toMatchObject({ outcome: 'clean', forced: 0 });
    expect(performance.now()).toBeGreaterThanOrEqual(closedAt);
    await client.closed;
    expect(client.text).toMatch(/bye$/);
  });

  it('is cut at the end of the time where nobody closes it, and counts as cut short', async () => {
    const { server, port } = await listening(upgrading().server, { ...SOON, upgraded: 'wait' });
    const client = await asking(port, UPGRADE);
    expect(await server.drain()).toMatchObject({ outcome: 'forced', forced: 1 });
    await client.closed;
  });
});
