import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import {
  Agent,
  createServer,
  get,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { type AddressInfo, connect, createServer as createNetServer, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from '../../../packages/drill/src/server/free-port';
import { isDrainable } from '../../../src/adapters/http-server';
import { type DrainOptions, drainable } from '../../../src/bootstrap/drain';
import { until } from '../../support/until';

const servers: Server[] = [];
const agent = new Agent({ keepAlive: true });
afterAll(async () => {
  agent.destroy();
  for (const server of servers) server.closeAllConnections();
});

const answer: RequestListener = (_request, response) => void response.end('answer');

function newServer(handler: RequestListener = answer): Server {
  const server = createServer({ keepAliveTimeout: 75_000 }, handler);
  servers.push(server);
  return server;
}

async function listening<S extends Server>(server: S): Promise<S> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

const portOf = (server: Server) => (server.address() as AddressInfo).port;

/** Status, `Connection` and body of an answer on a kept-alive connection. */
async function ask(
  port: number,
  path = '/',
): Promise<readonly [number | undefined, string | undefined, string]> {
  const [response] = (await once(get({ port, path, host: '127.0.0.1', agent }), 'response')) as [
    IncomingMessage,
  ];
  let body = '';
  for await (const chunk of response) body += chunk;
  return [response.statusCode, response.headers.connection, body];
}

describe('attaching', () => {
  it('returns the same server, and does it once', () => {
    const server = newServer();
    const drained = drainable(server);
    expect(drained).toBe(server);
    const { close, emit } = server;
    const warnings = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
    expect(drainable(server)).toBe(server);
    expect(warnings).not.toHaveBeenCalled();
    expect(drainable(server, { lingerMs: 1 })).toBe(server);
    expect(warnings.mock.calls).toEqual([
      ['a server was made drainable twice: the options of the second time are not used', expect.anything()],
    ]);
    warnings.mockRestore();
    expect([server.close, server.emit]).toEqual([close, emit]);
    expect([drained.draining.aborted, drained.outOfTime.aborted]).toEqual([false, false]);
  });

  it('may come after listen, and not after the first connection', async () => {
    const server = await listening(newServer());
    const client = connect(portOf(server), '127.0.0.1');
    await once(server, 'connection');
    expect(() => drainable(server)).toThrow('somebody is connected already');
    client.destroy();
    await once(client, 'close');
    while ((await connections(server)) > 0) await new Promise(setImmediate);
    expect(() => drainable(server)).not.toThrow();
    server.close();
  });

  it('wants a server of HTTP', () => {
    for (const other of [createNetServer(), {}, undefined, () => {}]) {
      expect(isDrainable(other)).toBe(false);
      expect(() => drainable(other as Server)).toThrow(
        'it wants a server of node:http, node:https or node:http2',
      );
    }
  });

  it.each([
    ['bun', 'this is Bun'],
    ['deno', 'this is Deno'],
  ])('is refused in words on %s', (runtime, words) => {
    const { versions } = process;
    Object.defineProperty(process, 'versions', {
      value: { ...versions, [runtime]: '1.0' },
      configurable: true,
    });
    try {
      expect(() => drainable(newServer())).toThrow(words);
    } finally {
      Object.defineProperty(process, 'versions', { value: versions, configurable: true });
    }
  });

  it.each<[object, string]>([
    [{ timeoutMs: -1 }, 'timeoutMs must be a whole number of milliseconds'],
    [{ lingerMs: 0.5 }, 'lingerMs must be a whole number of milliseconds'],
    [{ delayMs: '5' }, 'delayMs must be a whole number of milliseconds'],
    [{ silentClientTimeoutMs: 2 ** 31 }, 'silentClientTimeoutMs must be a whole number of milliseconds'],
    [{ timeoutMs: 1_000, lingerMs: 600, delayMs: 600 }, 'do not fit into timeoutMs (1000)'],
    [{ upgraded: 'close' }, "upgraded must be 'end' or 'wait'"],
    [{ eventStreams: true }, "eventStreams must be 'end' or 'wait'"],
    [{ refusal: 'text' }, 'refusal must be a function'],
    [{ onEvent: {} }, 'onEvent must be a function'],
    [{ timeout: 5 }, 'there is no option timeout; there are timeoutMs, '],
  ])('names what is wrong with the options %j', (options, words) => {
    expect(() => drainable(newServer(), options as DrainOptions)).toThrow(words);
  });

  it('names all faults of the options at once', () => {
    expect(() => drainable(newServer(), { timeoutMs: -1, upgraded: 'x' } as unknown as DrainOptions)).toThrow(
      /timeoutMs[\s\S]*upgraded/,
    );
  });
});

describe('until the stop', () => {
  it('whoever listens hears what he heard, in the same order, and a patched emit is gone through', async () => {
    const heard: string[] = [];
    const note = (what: string) => () => void heard.push(what);
    const server = newServer((request, response) => {
      heard.push('handler');
      if (request.url === '/expect') response.writeContinue();
      response.end('answer');
    });
    const { emit } = server;
    server.emit = (event: string, ...args: unknown[]) => {
      heard.push(`patch: ${event}`);
      return Reflect.apply(emit, server, [event, ...args]);
    };
    server.on('connection', note('connection'));
    server.prependListener('request', note('before the handler'));
    drainable(server);
    server.on('request', note('after the handler'));
    server.on('checkContinue', (_request, response: ServerResponse) => {
      heard.push('checkContinue');
      response.end();
    });
    server.on('upgrade', (_request, socket) => {
      heard.push('upgrade');
      socket.end('HTTP/1.1 101 Switching Protocols\r\n\r\n');
    });
    server.on('clientError', (_error, socket) => {
      heard.push('clientError');
      socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
    });
    await listening(server);
    const say = async (bytes: string) => {
      heard.length = 0;
      const client = connect(portOf(server), '127.0.0.1');
      client.write(bytes);
      await once(client, 'data');
      client.destroy();
      return [...heard];
    };
    const tail = 'Host: x\r\n\r\n';
    expect(await say(`GET / HTTP/1.1\r\n${tail}`)).toEqual([
      'patch: connection',
      'connection',
      'patch: request',
      'before the handler',
      'handler',
      'after the handler',
    ]);
    expect(
      (await say(`POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 1\r\n${tail}`)).slice(2),
    ).toEqual(['patch: checkContinue', 'checkContinue']);
    expect((await say(`GET / HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: x\r\n${tail}`)).slice(2)).toEqual([
      'patch: upgrade',
      'upgrade',
    ]);
    expect((await say('rubbish\r\n\r\n')).slice(2)).toEqual(['patch: clientError', 'clientError']);
    server.close();
  });

  it("a patch of the class's emit that comes later is gone through too", async () => {
    const server = await listening(drainable(newServer()));
    const prototype = Object.getPrototypeOf(server) as Server;
    const { emit } = prototype;
    const heard: unknown[] = [];
    prototype.emit = function (this: Server, event: string, ...args: unknown[]) {
      heard.push(event);
      return Reflect.apply(emit, this, [event, ...args]);
    };
    await ask(portOf(server));
    prototype.emit = emit;
    expect(heard).toContain('request');
    server.close();
  });
});

describe('close()', () => {
  it('of the server itself drains, tells every callback, and is one drain for everybody', async () => {
    const server = await listening(drainable(newServer()));
    const port = portOf(server);
    await ask(port);
    const told: unknown[] = [];
    server.close((error) => told.push(error));
    expect(server.draining.aborted).toBe(true);
    server.close((error) => told.push(error));
    const [status, connection] = await ask(port);
    expect([status, connection]).toEqual([200, 'close']);
    const report = await server.drain();
    expect(await server.drain()).toBe(report);
    expect(report).toMatchObject({ outcome: 'clean', connections: 1, answered: 1, forced: 0, degraded: [] });
    while (told.length < 2) await new Promise(setImmediate);
    expect(told).toEqual([undefined, undefined]);
    await expect(ask(port)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('of a server that does not listen says what node says, and its drain has nothing to do', async () => {
    const server = drainable(newServer());
    const error = await new Promise<NodeJS.ErrnoException | undefined>((resolve) => server.close(resolve));
    expect(error?.code).toBe('ERR_SERVER_NOT_RUNNING');
    expect(await server.drain()).toMatchObject({ outcome: 'clean', listener: { method: 'not-listening' } });
  });

  it('may come from whoever hears that the drain begins: it is one drain all the same', async () => {
    const listenersClosed: unknown[] = [];
    const server = drainable(newServer(), {
      lingerMs: 20,
      onEvent: ({ type }) => type === 'listener-closed' && listenersClosed.push(type),
    });
    await listening(server);
    let inner: unknown;
    server.draining.addEventListener('abort', () => {
      inner = server.close().drain();
    });
    const outer = server.drain();
    expect(inner).toBe(outer);
    await outer;
    expect(listenersClosed).toHaveLength(1);
  });

  it('may be a handler of signals itself', async () => {
    for (const listens of [true, false]) {
      const server = listens ? await listening(drainable(newServer())) : drainable(newServer());
      const close = server.close.bind(server) as unknown as (signal: string) => Server;
      expect(close('SIGTERM')).toBe(server);
      expect((await server.drain()).outcome).toBe('clean');
    }
  });

  it('may come in the same breath as listen', async () => {
    const server = drainable(newServer(), { delayMs: 100, lingerMs: 50 });
    // Without a host it listens at once, and says so later.
    server.listen(0);
    expect(server.listening).toBe(true);
    const closed = new Promise((resolve) => server.close(resolve));
    await once(server, 'listening');
    expect(server.draining.aborted).toBe(true);
    expect(await closed).toBe(undefined);
  });

  it('may come again when the server is closed, as node has it', async () => {
    const server = await listening(drainable(newServer()));
    await ask(portOf(server));
    const code = await new Promise((resolve) =>
      server.close(() =>
        server.close((error) => resolve((error as NodeJS.ErrnoException | undefined)?.code)),
      ),
    );
    expect(code).toBe('ERR_SERVER_NOT_RUNNING');
  });

  it('may be followed by another listen, and that by another drain', async () => {
    const server = drainable(newServer(), { lingerMs: 20 });
    const listeners = server.listenerCount('connection');
    for (let round = 0; round < 12; round += 1) {
      await listening(server);
      expect(server.draining.aborted).toBe(false);
      const [, connection] = await ask(portOf(server));
      expect(connection).toBe('keep-alive');
      const closed = once(server, 'close');
      server.close();
      expect(await server.drain()).toMatchObject({ outcome: 'clean', connections: 1 });
      await closed;
    }
    expect([server.listenerCount('connection'), server]).toEqual([
      listeners,
      expect.objectContaining({ httpAllowHalfOpen: false }),
    ]);
  });

  it('may be followed by a listen in its own callback, and that by another close', async () => {
    const server = await listening(drainable(newServer(), { lingerMs: 50 }));
    await ask(portOf(server));
    await new Promise<void>((resolve) => server.close(() => server.listen(0, '127.0.0.1', resolve)));
    expect(server.draining.aborted).toBe(false);
    expect((await ask(portOf(server))).slice(0, 2)).toEqual([200, 'keep-alive']);
    await new Promise((resolve) => server.close(resolve));
    expect(server.listening).toBe(false);
  });

  it('may be followed by a listen while the last connections of before are still answered', async () => {
    const answers: ServerResponse[] = [];
    const server = await listening(
      drainable(
        newServer((request, response) => {
          if (request.url === '/slow') answers.push(response);
          else response.end('answer');
        }),
        { lingerMs: 50 },
      ),
    );
    const [first, second] = [portOf(server), await freePort()];
    const slow = ask(first, '/slow');
    await until('it is at work', () => answers.length > 0);
    const kept = new Agent({ keepAlive: true });
    await once(get({ port: first, host: '127.0.0.1', agent: kept }), 'response').then(([r]) => r.resume());
    const report = server.drain();
    await until('the listener is closed', () => !server.listening);
    server.listen(second, '127.0.0.1');
    await once(server, 'listening');
    expect((await ask(second)).slice(0, 2)).toEqual([200, 'keep-alive']);
    answers[0]?.end('late');
    expect(await slow).toEqual([200, 'close', 'late']);
    expect(await report).toMatchObject({ outcome: 'clean', connections: 2, answered: 1 });
    const again = server.drain();
    expect(server).toMatchObject({ httpAllowHalfOpen: true });
    expect(await again).toMatchObject({ outcome: 'clean', connections: 1 });
    expect(server).toMatchObject({ httpAllowHalfOpen: false });
    kept.destroy();
  });

  it('runs a close that was on the server before, and closes the listener even if that does not', async () => {
    for (const closesToo of [true, false]) {
      const server = newServer();
      const ran: string[] = [];
      const { close } = server;
      server.close = (callback) => {
        ran.push('theirs');
        return closesToo ? close.call(server, callback) : server;
      };
      drainable(server);
      await listening(server);
      const port = portOf(server);
      await ask(port);
      const closed = once(server, 'close');
      server.close();
      expect((await ask(port)).slice(0, 2)).toEqual([200, 'close']);
      await closed;
      expect(ran).toEqual(['theirs']);
    }
  });

  it('after a drain of a server that does not listen says what node says', async () => {
    const server = drainable(newServer());
    const report = server.drain();
    const error = await new Promise<NodeJS.ErrnoException | undefined>((resolve) => server.close(resolve));
    expect(error?.code).toBe('ERR_SERVER_NOT_RUNNING');
    expect(await report).toMatchObject({ outcome: 'clean' });
  });

  it('counts answers of a failure: what they needed was closed before them', async () => {
    const server = await listening(
      drainable(
        newServer((_request, response) => {
          response.statusCode = server.draining.aborted ? 500 : 200;
          response.end();
        }),
      ),
    );
    const port = portOf(server);
    await ask(port);
    server.close();
    expect((await ask(port))[0]).toBe(500);
    expect(await server.drain()).toMatchObject({ outcome: 'clean', answered: 1, failed: 1 });
  });
});

describe('others who would close the connections too', () => {
  const lastCalls: [string, (server: Server, sockets: ReadonlySet<Socket>) => void][] = [
    ['closeIdleConnections', (server) => server.closeIdleConnections()],
    ['closeAllConnections', (server) => server.closeAllConnections()],
    [
      'socket.end for each',
      (_server, sockets) => {
        for (const socket of sockets) socket.end();
      },
    ],
    [
      'socket.destroy for each',
      (_server, sockets) => {
        for (const socket of sockets) socket.destroy();
      },
    ],
  ];
  it.each(lastCalls)('do not take an idle connection from its last request: %s', async (_name, closeThem) => {
    const server = await listening(drainable(newServer()));
    const sockets = new Set<Socket>();
    server.on('connection', (socket) => sockets.add(socket));
    const port = portOf(server);
    await ask(port);
    server.close();
    closeThem(server, sockets);
    expect((await ask(port)).slice(0, 2)).toEqual([200, 'close']);
    expect(await server.drain()).toMatchObject({ outcome: 'clean', answered: 1 });
  });

  it.each<[string, (server: Server, socket: Socket) => void]>([
    ['closeAllConnections', (server) => server.closeAllConnections()],
    ['the handler, by the end of its socket', (_server, socket) => socket.end()],
  ])('may cut a request short, at whatever time, and that is in the report: %s', async (_who, cut) => {
    for (const moment of ['at once', 'later', 'when its client has half-closed']) {
      const server = await listening(drainable(newServer(() => {})));
      const client = connect(portOf(server), '127.0.0.1');
      client.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
      const [{ socket }] = await once(server, 'request');
      server.close();
      if (moment !== 'at once') await until('the listener is closed', () => !server.listening);
      if (moment.startsWith('when'))
        await once(client.end(), 'finish').then(() => until('FIN', () => socket.readableEnded));
      cut(server, socket);
      await once(client.resume(), 'close');
      expect(await server.drain()).toMatchObject({ outcome: 'forced', forced: 1 });
    }
  });

  it('may turn a connection away when it comes, during the drain as before it', async () => {
    const server = drainable(newServer(), { delayMs: 300 });
    server.on('connection', (socket) => socket.destroy());
    await listening(server);
    const port = portOf(server);
    const drained = server.drain();
    await expect(ask(port)).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(await drained).toMatchObject({ outcome: 'clean', connections: 0, answered: 0 });
  });

  it.each<[string, (socket: Socket) => void]>([
    ['destroy', (socket) => socket.destroy()],
    ['end', (socket) => socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n')],
  ])('may end the connection of a client that errs: %s', async (_how, end) => {
    const server = drainable(newServer(), { silentClientTimeoutMs: 6_000 });
    server.on('clientError', (_error, socket) => end(socket as Socket));
    await listening(server);
    const client = connect(portOf(server), '127.0.0.1');
    await once(server, 'connection');
    const drained = server.drain();
    client.write('rubbish\r\n\r\n');
    await once(client.resume(), 'close');
    expect((await drained).tookMs).toBeLessThan(5_000);
  });
});

describe('with a delay', () => {
  it('the listener stays open, and what is answered in it is in the report', async () => {
    const server = await listening(
      drainable(
        newServer((_request, response) => {
          response.statusCode = server.draining.aborted ? 503 : 200;
          response.end();
        }),
        { delayMs: 400, lingerMs: 50 },
      ),
    );
    const port = portOf(server);
    await ask(port);
    const began = performance.now();
    const drained = server.drain();
    const fresh = new Agent({ keepAlive: false });
    const [response] = await once(get({ port, host: '127.0.0.1', agent: fresh }), 'response');
    response.resume();
    expect(response.statusCode).toBe(503);
    const report = await drained;
    expect(report).toMatchObject({ outcome: 'clean', connections: 1, answered: 1, failed: 1 });
    expect(performance.now() - began).toBeGreaterThan(400);
  });
});

it('on a Unix socket answers who is connected, and takes nobody new in', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'lastcall-'));
  const socketPath = path.join(folder, 'socket');
  const server = drainable(newServer());
  server.listen(socketPath);
  await once(server, 'listening');
  const kept = new Agent({ keepAlive: true });
  const askIt = async () => {
    const [response] = await once(get({ socketPath, agent: kept }), 'response');
    await once(response.resume(), 'end');
    return [response.statusCode, response.headers.connection];
  };
  expect(await askIt()).toEqual([200, 'keep-alive']);
  const drained = server.drain();
  await until('the listener is closed', () => !server.listening);
  await expect(once(connect(socketPath), 'connect')).rejects.toMatchObject({ code: 'ENOENT' });
  expect(await askIt()).toEqual([200, 'close']);
  expect(await drained).toMatchObject({ outcome: 'clean', answered: 1, listener: { method: 'unlinked' } });
  kept.destroy();
  rmSync(folder, { recursive: true });
});

it('an emitted connection that is closed already is none', async () => {
  const server = await listening(drainable(newServer()));
  const socket = new Socket().destroy();
  await once(socket, 'close');
  server.emit('connection', socket);
  expect(await server.drain()).toMatchObject({ outcome: 'clean', connections: 0 });
});

it('as many may listen to its signals as there are streams', async () => {
  const warnings: Error[] = [];
  const note = (warning: Error) => warnings.push(warning);
  process.on('warning', note);
  const server = drainable(newServer());
  for (let stream = 0; stream < 50; stream += 1) {
    server.draining.addEventListener('abort', () => {});
    server.outOfTime.addEventListener('abort', () => {});
  }
  await new Promise(setImmediate);
  process.off('warning', note);
  expect(warnings).toEqual([]);
});

const connections = (server: Server) =>
  new Promise<number>((resolve) => server.getConnections((_error, count) => resolve(count)));
