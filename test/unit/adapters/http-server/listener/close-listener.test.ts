import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, createServer as createHttpServer, get } from 'node:http';
import { type AddressInfo, BlockList, connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { closeListener, openListener } from '../../../../../src/adapters/http-server';
import { linuxListenKernel } from '../../../../../src/adapters/http-server/listener/linux-listen-kernel';

const unavailable = { unavailable: 'left out by the test' };
/** The real kernel, except that it drops no SYNs. */
function withoutSynDrop() {
  const access = linuxListenKernel();
  if ('unavailable' in access) return access;
  const refuse = () => {
    throw new Error('refused by the test');
  };
  return { kernel: { ...access.kernel, dropNewSyns: refuse } };
}
const methods = [
  ...(process.platform === 'linux'
    ? [['syn-drop', {}] as const, ['accept-until-empty', { kernel: withoutSynDrop() }] as const]
    : []),
  ['accept-until-quiet', { kernel: unavailable }] as const,
];

async function listening(server: Server) {
  const listener = await openListener(server, { kind: 'address', port: 0, host: '127.0.0.1' });
  return { server, listener, port: (listener.address as AddressInfo).port };
}

/** Resolves when the kernel has completed the connections; no loop turn has passed in which they could be accepted. */
async function queued(port: number, count: number): Promise<Socket[]> {
  const clients = Array.from({ length: count }, () => connect(port, '127.0.0.1'));
  // Node calls connect(2) in the next tick, and over loopback the handshake is over when that returns.
  await new Promise<void>((resolve) => process.nextTick(resolve));
  return clients;
}

async function textFrom(client: Socket): Promise<string> {
  let text = '';
  client.setEncoding('latin1').on('data', (chunk) => {
    text += chunk;
  });
  await once(client, 'close');
  return text;
}

describe.each(methods)('closeListener by %s', (method, options) => {
  it('accepts every connection that waits in the queue, then refuses', async () => {
    const { server, listener, port } = await listening(createServer((socket) => socket.end('served')));
    const clients = await queued(port, 30);
    const report = await closeListener(server, listener, options);
    expect(report).toMatchObject({ method, accepted: 30 });
    expect(await Promise.all(clients.map(textFrom))).toEqual(clients.map(() => 'served'));
    await expect(once(connect(port, '127.0.0.1'), 'connect')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('tells one caller what it tells another', async () => {
    const { server, listener } = await listening(createServer());
    const first = closeListener(server, listener, options);
    expect(closeListener(server, listener, options)).toBe(first);
    await first;
    expect(closeListener(server, listener, options)).toBe(first);
  });

  it('releases the port to a successor while an established connection is still served', async () => {
    const { server, listener, port } = await listening(createServer((socket) => socket.pipe(socket)));
    const [client] = await queued(port, 1);
    if (!client) throw new Error('no client');
    await once(client, 'connect');
    await closeListener(server, listener, options);

    const successor = createServer((socket) => socket.end('successor'));
    await openListener(successor, { kind: 'address', port, host: '127.0.0.1' });
    expect(await textFrom(connect(port, '127.0.0.1'))).toBe('successor');
    client.end('still here');
    expect(await textFrom(client)).toBe('still here');
    successor.close();
  });

  it("emits the server's close event only when its last connection is gone", async () => {
    const { server, listener, port } = await listening(
      createServer((socket) => socket.resume().write('hello')),
    );
    let closed = false;
    server.on('close', () => {
      closed = true;
    });
    const clients = await queued(port, 5);
    await closeListener(server, listener, options);
    await Promise.all(clients.map((client) => once(client, 'data')));
    expect(closed).toBe(false);
    const ended = once(server, 'close');
    for (const client of clients) client.end();
    await ended;
  });

  it('leaves an idle kept-alive connection of an HTTP server open', async () => {
    const http = createHttpServer((_request, response) => response.end('answer'));
    const { server, listener, port } = await listening(http);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const ask = async () => {
      const [response] = await once(get({ port, host: '127.0.0.1', agent }), 'response');
      await once(response.resume(), 'end');
      return response.statusCode as number;
    };
    await ask();
    await closeListener(server, listener, options);
    expect(await ask()).toBe(200);
    agent.destroy();
    http.closeAllConnections();
  });
});

it.each(methods.slice(0, -1))('by %s, lets nobody in whom the server shuts out', async (_method, options) => {
  const { server, listener, port } = await listening(createServer((socket) => socket.end('served')));
  const blockList = new BlockList();
  blockList.addAddress('127.0.0.1');
  // As the constructor does from Node 22 on.
  Object.assign(server, { blockList });
  const clients = await queued(port, 10);
  const texts = Promise.all(clients.map(textFrom));
  expect(await closeListener(server, listener, options)).toMatchObject({ accepted: 0 });
  expect(await texts).toEqual(clients.map(() => ''));
});

/** The same for a socket of the file system, whose path takes the part of the port. */
it('takes the path of a Unix socket away first, accepts everything that had connected, and needs no kernel for it', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'lastcall-'));
  const file = path.join(folder, 'socket');
  const server = createServer((socket) => socket.end('served')).listen(file);
  await once(server, 'listening');
  const clients = Array.from({ length: 30 }, () => connect(file));
  const listener = { target: { kind: 'address', port: 0 }, address: file } as const;
  const report = await closeListener(server, listener, { kernel: unavailable });
  expect(report).toMatchObject({ method: 'unlinked', accepted: 30 });
  expect(await Promise.all(clients.map(textFrom))).toEqual(clients.map(() => 'served'));
  await expect(once(connect(file), 'connect')).rejects.toMatchObject({ code: 'ENOENT' });
  rmSync(folder, { recursive: true });
});

it('says of a Unix socket whose path cannot be found any more that it is closed by best effort', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'lastcall-'));
  const server = createServer((socket) => socket.end('served')).listen(path.join(folder, 'socket'));
  await once(server, 'listening');
  const client = connect(path.join(folder, 'socket'));
  const listener = { target: { kind: 'address', port: 0 }, address: 'a folder away/socket' } as const;
  expect(await closeListener(server, listener)).toMatchObject({
    method: 'accept-until-quiet',
    reason: expect.stringMatching('^its path could not be removed: .*ENOENT'),
  });
  expect(await textFrom(client)).toBe('served');
  rmSync(folder, { recursive: true });
});

it('leaves the path of a Unix socket to a successor that has taken it meanwhile', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'lastcall-'));
  const file = path.join(folder, 'socket');
  const server = createServer().listen(file);
  await once(server, 'listening');
  const closing = closeListener(server, { target: { kind: 'address', port: 0 }, address: file });
  const successor = createServer((socket) => socket.end('served')).listen(file);
  await once(successor, 'listening');
  expect(server.listening).toBe(true);
  await closing;
  expect(await textFrom(connect(file))).toBe('served');
  successor.close();
  rmSync(folder, { recursive: true });
});
