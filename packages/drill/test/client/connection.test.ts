import { once } from 'node:events';
import net, { type AddressInfo, type Socket } from 'node:net';
import { fateOf } from '../../src/accounting/fate';
import { Connection } from '../../src/client/connection';
import { Recorder } from '../../src/client/recorder';
import { wholeRequest } from '../../src/requests/request-bytes';
import { RequestTemplate } from '../../src/requests/request-template';

const TEMPLATE = new RequestTemplate({
  request: 'POST /work',
  body: { name: '{{id}}' },
  expect: { status: '201' },
});
const bytesOf = (id: string) => wholeRequest(TEMPLATE.bytes(id, 'drill'));
const newRecorder = () => new Recorder((number) => `t-${number}`);

const servers: net.Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** A server made of one function; returns its port. */
async function listen(onConnection: (socket: Socket) => void): Promise<number> {
  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => {});
    onConnection(socket);
  });
  servers.push(server.listen(0, '127.0.0.1'));
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

function connect(port: number): Connection {
  return new Connection({
    endpoint: { host: '127.0.0.1', port },
    client: 0,
    recorder: newRecorder(),
    gone: new AbortController().signal,
  });
}

/** Sends one request if the connection allows it; returns what was seen. */
async function ask(connection: Connection) {
  const exchange = connection.begin(TEMPLATE);
  if (connection.isUsable) connection.write(exchange, bytesOf(exchange.seen.id));
  return exchange.ended;
}

test('a refused handshake is a request of which no byte was sent', async () => {
  const port = await listen(() => {});
  servers.pop()?.close();
  const connection = connect(port);
  expect(await connection.opened).toBe(false);
  const seen = await ask(connection);
  expect(seen).toMatchObject({ bytesWritten: 0, error: 'ECONNREFUSED', connectedAt: null });
  expect(fateOf(seen, 0, { signalledAt: 0, drainSeenAt: null, killedAt: null }).fate).toBe('refused');
});

test('after the server has ended an idle connection nothing is written any more', async () => {
  const port = await listen((socket) => socket.end());
  const connection = connect(port);
  await connection.opened;
  await connection.closed;
  const seen = await ask(connection);
  expect(seen).toMatchObject({ bytesWritten: 0, error: 'FIN', firstByteAt: null });
  expect(fateOf(seen, 0, { signalledAt: 0, drainSeenAt: null, killedAt: null }).fate).toBe('refused');
});

test.each([
  ['resets', (socket: Socket) => socket.resetAndDestroy(), 'ECONNRESET'],
  ['ends', (socket: Socket) => socket.end(), 'FIN'],
] as const)('a request is lost when the server reads it and %s the connection', async (_, end, error) => {
  const port = await listen((socket) => socket.once('data', () => end(socket)));
  const connection = connect(port);
  await connection.opened;
  const seen = await ask(connection);
  expect(seen.error).toBe(error);
  expect(seen.bytesWritten).toBe(bytesOf(seen.id).length);
  expect(seen.allBytesAt).not.toBeNull();
  expect(fateOf(seen, 0, { signalledAt: 0, drainSeenAt: null, killedAt: null }).fate).toBe('lost');
});

test('an answer that is cut short counts as none', async () => {
  const port = await listen((socket) =>
    socket.once('data', () => socket.end('HTTP/1.1 201 Created\r\nContent-Length: 40\r\n\r\n{"id":"1"')),
  );
  const connection = connect(port);
  await connection.opened;
  expect(await ask(connection)).toMatchObject({ answeredAt: null, status: null, error: 'FIN' });
});

test.each([
  ['ended', (socket: Socket) => socket.destroySoon(), { status: 200, error: null }],
  ['reset', (socket: Socket) => socket.resetAndDestroy(), { status: null, error: 'ECONNRESET' }],
] as const)(
  'an answer without a length whose connection is %s together with its last bytes',
  async (_, end, outcome) => {
    const port = await listen((socket) =>
      socket.once('data', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\nthe last bytes');
        end(socket);
      }),
    );
    const connection = connect(port);
    await connection.opened;
    expect(await ask(connection)).toMatchObject(outcome);
    await connection.closed;
  },
);

test('pipelined requests get their answers in order, and those that get none are lost', async () => {
  const answer = (status: number) => `HTTP/1.1 ${status} X\r\nContent-Length: 0\r\n\r\n`;
  const port = await listen((socket) => socket.once('data', () => socket.end(answer(201) + answer(503))));
  const connection = connect(port);
  await connection.opened;
  const seen = await Promise.all([ask(connection), ask(connection), ask(connection)]);
  expect(seen.map(({ status }) => status)).toEqual([201, 503, null]);
  expect(seen[2]).toMatchObject({ error: 'FIN' });
  expect(seen[2]?.bytesWritten).toBeGreaterThan(0);
});

test('of a large request that is taken in part, that part counts', async () => {
  const port = await listen((socket) => socket.once('data', () => socket.resetAndDestroy()));
  const connection = connect(port);
  await connection.opened;
  const exchange = connection.begin(TEMPLATE);
  connection.write(exchange, Buffer.alloc(32 * 1024 * 1024));
  const seen = await exchange.ended;
  expect(seen.bytesWritten).toBeGreaterThan(0);
  expect(fateOf(seen, 0, { signalledAt: 0, drainSeenAt: null, killedAt: null }).fate).toBe('lost');
});

test.each([
  ['GET', 'HEAD'],
  ['HEAD', 'GET'],
])('%s and %s that are pipelined get an answer each', async (...methods) => {
  const length = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n';
  const answers = methods.map((method) => (method === 'GET' ? `${length}ok` : length)).join('');
  const port = await listen((socket) => socket.once('data', () => socket.write(answers)));
  const connection = connect(port);
  await connection.opened;
  const seen = await Promise.all(
    methods.map((method) => {
      const exchange = connection.begin(new RequestTemplate({ request: `${method} /` }));
      connection.write(exchange, Buffer.from(`${method} / HTTP/1.1\r\n\r\n`));
      return exchange.ended;
    }),
  );
  connection.close();
  expect(seen).toMatchObject([
    { status: 200, error: null },
    { status: 200, error: null },
  ]);
});

test('requests that are sent together arrive together', async () => {
  const arrived: number[] = [];
  const port = await listen((socket) => {
    socket.on('data', (bytes) => arrived.push(bytes.length));
    socket.once('data', () => socket.end());
  });
  const connection = connect(port);
  await connection.opened;
  const exchanges = [connection.begin(TEMPLATE), connection.begin(TEMPLATE)];
  const bytes = exchanges.map(({ seen }) => bytesOf(seen.id));
  connection.together(() => {
    exchanges.forEach((exchange, index) => {
      connection.write(exchange, bytes[index] ?? Buffer.alloc(0));
    });
  });
  await Promise.all(exchanges.map(({ ended }) => ended));
  await connection.closed;
  expect(arrived).toEqual([Buffer.concat(bytes).length]);
  expect(exchanges.map(({ seen }) => seen.bytesWritten)).toEqual(bytes.map(({ length }) => length));
});

test('a connection on which close was announced, or 408 was said, is not used again', async () => {
  const answers = [
    'HTTP/1.1 201 X\r\nConnection: close\r\nContent-Length: 0\r\n\r\n',
    'HTTP/1.1 408 X\r\nContent-Length: 0\r\n\r\n',
  ];
  for (const answer of answers) {
    const port = await listen((socket) => socket.once('data', () => socket.write(answer)));
    const connection = connect(port);
    await connection.opened;
    await ask(connection);
    expect(connection.isUsable).toBe(false);
    connection.close();
  }
});

test('a handshake that the server cannot finish any more is given up once the server has gone', async () => {
  const gone = new AbortController();
  const recorder = newRecorder();
  const port = await listen(() => {});
  const connection = new Connection({
    endpoint: { host: '127.0.0.1', port },
    client: 0,
    recorder,
    gone: gone.signal,
  });
  gone.abort();
  expect(await connection.opened).toBe(false);
  expect(await ask(connection)).toMatchObject({ bytesWritten: 0, error: 'no handshake before the exit' });
});
