import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { networkInterfaces } from 'node:os';
import { openListener } from '../../../../../src/adapters/http-server';
import { listenError } from '../../../../../src/adapters/http-server/listener/listen-error';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

function newServer(): Server {
  const server = createServer((socket) => socket.end());
  servers.push(server);
  return server;
}

const NAMES = { host: 'HOST', port: 'PORT', reusePort: 'REUSE_PORT' };

const hasIPv6 = Object.values(networkInterfaces()).some((each) =>
  each?.some(({ family }) => family === 'IPv6'),
);

describe('openListener', () => {
  it('resolves when clients can connect, with the port that the kernel chose', async () => {
    const target = { kind: 'address', port: 0, host: '127.0.0.1' } as const;
    const listener = await openListener(newServer(), target);
    expect(listener.target).toBe(target);
    await once(connect((listener.address as AddressInfo).port, '127.0.0.1').resume(), 'close');
  });

  it.each(['127.0.0.1', ...(hasIPv6 ? ['::1'] : [])])('without a host is reached at %s', async (host) => {
    const { address } = await openListener(newServer(), { kind: 'address', port: 0 });
    await once(connect((address as AddressInfo).port, host).resume(), 'close');
  });

  it('says that the port is taken', async () => {
    const { address } = await openListener(newServer(), { kind: 'address', port: 0, host: '127.0.0.1' });
    const { port } = address as AddressInfo;
    const second = openListener(newServer(), { kind: 'address', port, host: '127.0.0.1' });
    await expect(second).rejects.toMatchObject({
      code: 'EADDRINUSE',
      message: expect.stringMatching(`port=${port} is taken at host=127.0.0.1`),
    });
  });

  it.each([
    [
      'x86_64-conda-linux-gnu',
      /^cannot listen: ADDRESS=x86_64-conda-linux-gnu is no host .*; set ADDRESS to /,
    ],
    ['[::1]', /^cannot listen: ADDRESS=\[::1\] is no host /],
    ['http://localhost', /^cannot listen: ADDRESS=http:\/\/localhost is no host /],
    ['192.0.2.1', /^cannot listen: ADDRESS=192.0.2.1 is no address of this machine; set ADDRESS /],
    ['fe80::1', /^cannot listen: ADDRESS=fe80::1 is /],
  ])('names the setting that is wrong, as the operator calls it: %s', async (host, message) => {
    const names = { ...NAMES, host: 'ADDRESS' };
    const opened = openListener(newServer(), { kind: 'address', port: 0, host, names });
    await expect(opened).rejects.toThrow(message);
  });

  it.each([
    ['EACCES', 'this user may not listen on PORT=80; choose a port from 1024 on'],
    ['EAI_AGAIN', 'HOST=h is no host that can be found'],
    ['EAFNOSUPPORT', 'HOST=h is an address that this machine has no interface for'],
    ['ENOBUFS', 'PORT=80 at HOST=h'],
  ])('puts %s into words', (code, words) => {
    const target = { kind: 'address', port: 80, host: 'h', names: NAMES } as const;
    const error = listenError(Object.assign(new Error(code), { code }), target);
    expect(error).toMatchObject({ code, message: expect.stringMatching(`^cannot listen: ${words}`) });
    expect(error.message).toContain(`(${code})`);
  });

  it('says that this Node would ignore reusePort, by the name that the operator knows', async () => {
    const { versions } = process;
    Object.defineProperty(process, 'versions', { value: { ...versions, node: '22.11.0' } });
    try {
      const target = { kind: 'address', port: 0, reusePort: true, names: NAMES } as const;
      await expect(openListener(newServer(), target)).rejects.toThrow(/^REUSE_PORT needs Node 22.12 or 23.1/);
    } finally {
      Object.defineProperty(process, 'versions', { value: versions });
    }
  });

  it('rejects when the inherited descriptor is not there', async () => {
    await expect(openListener(newServer(), { kind: 'inherited', fd: 9_999 })).rejects.toThrow(
      /^cannot listen: the descriptor 9999 that was handed over is no listening socket/,
    );
  });
});
